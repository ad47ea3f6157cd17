"""What a link to the view "What mattered" may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from core.translation.ablations import LIMITS, VARIANTS
from core.translation.settings import RANGES
from ui.inputs import choice_of, number_in

SOURCES = ("published", "own")
OWN_LIMITS = {
    "pairs": (LIMITS["pairs"][0], 20_000),
    "epochs": (1, 20),
    "width": (16, 256),
    "seed": tuple(map(int, RANGES["seed"])),
}
"""What the reader's own run may be set to on the page; the command takes more."""


def matter_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    numbers = {f"matter_{name}": number_in(low, high, whole=True) for name, (low, high) in OWN_LIMITS.items()}
    return {
        "matter_source": choice_of(SOURCES),
        "matter_variant": choice_of(tuple(VARIANTS)),
        "matter_variants": _variants_in,
        **numbers,
    }


def _variants_in(text: str) -> list[str]:
    """Names separated by commas, each known; the baseline is always run."""
    read = choice_of([name for name in VARIANTS if name != "baseline"])
    return [read(name) for name in text.split(",")[: len(VARIANTS)] if name]
