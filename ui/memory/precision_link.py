"""What a link to the precision lab may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from core.memory.quantise.float_format import FLOAT_FORMATS
from core.memory.quantise.matrix_names import SCOPES, matrix_labels
from core.memory.quantise.speed_load import BATCHES, LENGTHS, ROUNDS
from core.memory.quantise.weight_formats import BLOCKS, COMPARED, FORMATS, OUTLIER_SIZES
from ui.inputs import choice_of, number_in, short_text

PARTS = ("number", "weights", "model", "outlier", "speed")
KEPT = ("fp16", "bf16", "fp32", "fp8-e4m3", "fp8-e5m2", "fp4-e2m1")
DOUBLE = ("double", "single")
SOURCES = ("sample", "own")
CODES = ("int8", "nf4")
LINEAR = tuple(label for label in matrix_labels() if not label.endswith("_embeddings"))
FIRST = {
    "number": "0.1",
    "largest": "1",
    "matrix": "0.down",
    "format": "int8",
    "block": 64,
    "compared": "int8",
    "planted": "1.query",
    "size": 100.0,
    "batch": 16,
    "length": 32,
    "rounds": 7,
}
"""Where each control begins."""


def precision_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    return {
        "precision_part": choice_of(PARTS),
        "precision_number": short_text,
        "precision_largest": short_text,
        "precision_kept": choice_of(tuple(FLOAT_FORMATS)),
        "precision_matrix": choice_of(matrix_labels()),
        "precision_format": choice_of(tuple(FORMATS)),
        "precision_block": _one_of(BLOCKS),
        "precision_double": choice_of(DOUBLE),
        "precision_scope": choice_of(SCOPES),
        "precision_pairs": choice_of(SOURCES),
        "precision_text": short_text,
        "precision_compared": choice_of(COMPARED),
        "precision_planted": choice_of(LINEAR),
        "precision_size": _one_of(OUTLIER_SIZES),
        "precision_codes": choice_of(CODES),
        "precision_batch": number_in(*BATCHES, whole=True),
        "precision_length": number_in(*LENGTHS, whole=True),
        "precision_rounds": number_in(*ROUNDS, whole=True),
    }


def _one_of(options: tuple[float, ...]) -> Callable[[str], float]:
    """A reader of address values that accepts one of these numbers."""
    names = {f"{option:g}": option for option in options}

    def read(text: str) -> float:
        return names[f"{float(text):g}"]

    return read
