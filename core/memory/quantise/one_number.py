"""One number in every format: its bits, what is stored, how far off that is.

Floating-point formats take a number alone. Integers and codebooks need the largest weight of the group
that shares a scale with it: the number is divided by that first.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from core.errors import GlassboxError
from core.memory.quantise.codebook import CODEBOOKS, nearest
from core.memory.quantise.float_format import FLOAT_FORMATS, Encoded, encode, neighbours

SCALED = ("int8", "nf4", "fp4")
"""Formats that share a scale."""
INT8_LARGEST = 127
LONGEST_TEXT = 40
SMALLEST, LARGEST = 1e-60, 1e60
"""Sizes of a typed number: beyond them every format says the same."""


@dataclass(frozen=True)
class NumberRow:
    """What one format makes of the number."""

    name: str
    fields: tuple[str, str, str]
    """Bits of sign, exponent and mantissa; a code of a scaled format is all in the last."""
    value: float
    outcome: str
    """One of `float_format.Outcome`; scaled formats are exact, rounded or give zero (underflow)."""
    below: float
    above: float
    """The next numbers that the format has, smaller and larger in size; infinite where there is none."""

    @property
    def bits(self) -> int:
        """Of the number."""
        return sum(map(len, self.fields))


@dataclass(frozen=True)
class OneNumber:
    """A number and what becomes of it."""

    value: float
    largest: float
    """Of the group that shares a scale; the number itself where it is larger."""
    rows: tuple[NumberRow, ...]

    def error(self, row: NumberRow) -> float:
        """Stored less true; infinite or no number after an overflow."""
        return row.value - self.value

    def relative(self, row: NumberRow) -> float:
        """The error's size in that of the number; 0 for zero."""
        return abs(self.error(row) / self.value) if self.value else 0.0


def typed_number(text: str) -> float:
    """A number as a reader types it, in float64.

    Raises:
        GlassboxError: it is no finite number, or its size is beyond 1e60 or, but for zero, below 1e-60.

    >>> typed_number(" 1e-8 ")
    1e-08
    """
    try:
        value = float(text[: LONGEST_TEXT + 1].strip().replace("−", "-"))
    except ValueError:
        value = math.nan
    if len(text) > LONGEST_TEXT or not (value == 0 or SMALLEST <= abs(value) <= LARGEST):
        raise GlassboxError("memory.precision.error.number", value=text[:LONGEST_TEXT])
    return value


def one_number(value: float, largest: float) -> OneNumber:
    """`value` in every format, beside a largest weight of its group.

    Raises:
        GlassboxError: one of them is not finite, or `largest` is not above zero.

    >>> found = one_number(0.1, 1.0)
    >>> [(row.name, round(row.value, 6)) for row in found.rows if row.name in ("fp16", "int8", "nf4")]
    [('fp16', 0.099976), ('int8', 0.102362), ('nf4', 0.07958)]
    """
    if not (math.isfinite(largest) and largest > 0):
        raise GlassboxError("memory.precision.error.largest", value=str(largest)[:LONGEST_TEXT])
    scale = max(largest, abs(value))
    floats = tuple(_float_row(encode(value, each)) for each in FLOAT_FORMATS.values())
    return OneNumber(value, scale, (*floats, *(_scaled_row(value, scale, name) for name in SCALED)))


def _float_row(encoded: Encoded) -> NumberRow:
    below, above = neighbours(encoded)
    return NumberRow(
        encoded.format.name, encoded.fields, encoded.value, encoded.outcome, below=below, above=above
    )


def scaled_levels(name: str) -> tuple[float, ...]:
    """The levels of a format that shares a scale, from -1 to 1.

    >>> len(scaled_levels("int8")), len(scaled_levels("nf4"))
    (255, 16)
    """
    if name == "int8":
        return tuple(step / INT8_LARGEST for step in range(-INT8_LARGEST, INT8_LARGEST + 1))
    return CODEBOOKS[name]


def _scaled_row(value: float, scale: float, name: str) -> NumberRow:
    levels = scaled_levels(name)
    if name == "int8":
        index = round(value / scale * INT8_LARGEST) + INT8_LARGEST
        bits = format((index - INT8_LARGEST) % 256, "08b")  # two's complement
    else:
        index = nearest(value / scale, levels)
        bits = _codebook_bits(name, value / scale, index)
    stored = levels[index] * scale
    outcome = "exact" if stored == value else "underflow" if stored == 0 else "rounded"
    sizes = sorted({abs(level) for level in levels if level * levels[index] >= 0})
    place = sizes.index(abs(levels[index]))
    above = sizes[place + 1] * scale if place + 1 < len(sizes) else math.inf
    return NumberRow(
        name, ("", "", bits), stored, outcome, below=sizes[max(place - 1, 0)] * scale, above=above
    )


def _codebook_bits(name: str, share: float, index: int) -> str:
    """NF4's code is the level's place; FP4's are its own sign, exponent and mantissa."""
    if name == "nf4":
        return format(index, "04b")
    e2m1 = FLOAT_FORMATS["fp4-e2m1"]
    return format(encode(share * e2m1.largest, e2m1).code, "04b")


def worst_relative_error(size: float, name: str, largest: float) -> float | None:
    """The largest relative error of numbers of about that size: half the distance of levels, over the size.

    At most 1, where numbers become zero; None where the format has no such large number.

    >>> worst_relative_error(1.0, "bf16", 1.0), worst_relative_error(1e5, "fp16", 1.0)
    (0.00390625, None)
    """
    if name in SCALED:
        if size > largest:
            return None
        levels = [level * largest for level in scaled_levels(name) if level >= 0]
        gap = next((high - low for low, high in pairwise(levels) if size <= high), levels[-1])
        return min(gap / 2 / size, 1.0)
    kept = FLOAT_FORMATS[name]
    if size > kept.largest:
        return None
    exponent = max(math.frexp(size)[1] - 1, kept.smallest_exponent)
    return min(math.ldexp(0.5, exponent - kept.mantissa_bits) / size, 1.0)
