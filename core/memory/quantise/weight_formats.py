"""The formats in which a matrix can be kept, and the bytes they take; nothing here needs torch."""

from dataclasses import dataclass
from typing import Literal

from core.memory.number_formats import SCALE_BLOCK

Rounding = Literal["cast", "fp8", "int8", "levels"]
Grouping = Literal["tensor", "channel", "block"]
GROUPINGS: tuple[Grouping, ...] = ("tensor", "channel", "block")
"""Which weights share a scale: a matrix, an output channel (row), a block of neighbours."""
BLOCKS = (32, 64, 128, 256, 1024)
"""Sizes of a block that can be chosen."""
OUTLIER_SIZES = (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Of a weight that is made large, in standard deviations of its matrix."""


@dataclass(frozen=True)
class WeightFormat:
    """How a matrix is kept."""

    name: str
    rounding: Rounding
    grouping: Grouping = "tensor"
    bits: int = 32
    """Of one code."""


FORMATS = {
    found.name: found
    for found in (
        WeightFormat("fp32", "cast"),
        WeightFormat("fp16", "cast", bits=16),
        WeightFormat("bf16", "cast", bits=16),
        WeightFormat("fp8", "fp8", "tensor", 8),
        WeightFormat("int8", "int8", "tensor", 8),
        WeightFormat("int8-channel", "int8", "channel", 8),
        WeightFormat("int8-block", "int8", "block", 8),
        WeightFormat("nf4", "levels", "block", 4),
        WeightFormat("fp4", "levels", "block", 4),
    )
}
COMPARED = tuple(name for name in FORMATS if name != "fp32")


def predicted_bytes(shape: tuple[int, ...], name: str, block: int = 64, double: bool = False) -> int:
    """Bytes of a matrix in a format: its codes and 4 bytes a scale, which doubled take 1 byte and a share.

    Blocks: the last one is filled up, and its codes are stored. Double quantisation adds 4 bytes for every
    256 scales and 4 for their mean.
    Source: Dettmers et al. 2023, "QLoRA", section 3.

    >>> predicted_bytes((384, 384), "nf4"), predicted_bytes((384, 384), "nf4", double=True)
    (82944, 76072)
    """
    kept, (rows, columns) = FORMATS[name], shape
    numbers = rows * columns
    if kept.rounding == "cast":
        return numbers * kept.bits // 8
    groups = {"tensor": 1, "channel": rows, "block": -(-numbers // block)}[kept.grouping]
    codes = (groups * block if kept.grouping == "block" else numbers) * kept.bits // 8
    if double and kept.rounding == "levels":
        return codes + groups + 4 * -(-groups // SCALE_BLOCK) + 4
    return codes + 4 * groups
