"""What a link to the view "Data and health" may hold: the source and the split, never a reader's rows."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.inputs import choice_of, number_in

PARTS = ("table", "health", "split")
SOURCES = ("sample", "upload", "banking77")
SAMPLES = ("en", "zh")
DEFAULTS: Mapping[str, float] = {
    "data_test": 20,
    "data_validation": 15,
    "data_seed": 0,
    "data_likeness": 0.6,
    "data_fewest": 10,
}
"""Percent, percent, seed, Jaccard's likeness, rows."""


def data_readers() -> Mapping[str, Callable[[str], Any]]:
    """Readers of the address, by name."""
    return {
        "data_part": choice_of(PARTS),
        "data_source": choice_of(SOURCES),
        "data_sample": choice_of(SAMPLES),
        "data_test": number_in(5, 50, whole=True),
        "data_validation": number_in(5, 40, whole=True),
        "data_seed": number_in(0, 9999, whole=True),
        "data_likeness": number_in(0.4, 1.0),
        "data_fewest": number_in(2, 200, whole=True),
    }
