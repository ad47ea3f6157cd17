"""Floating-point formats bit by bit: sign, exponent, mantissa.

With e exponent bits, m mantissa bits and the bias 2^(e-1) - 1, the fields (s, E, M) mean

    (-1)^s * 2^(E - bias) * (1 + M / 2^m)     for E > 0
    (-1)^s * 2^(1 - bias) * (M / 2^m)         for E = 0, the subnormal numbers, zero among them.

So numbers of one exponent lie evenly, and the distance doubles at each power of two. Ordered by their
code, numbers are ordered by size, which is why rounding up can carry into the exponent and stay right.

Sources: IEEE 754-2019, section 3 (fp32, fp16); Kalamkar et al. 2019, "A Study of BFLOAT16 for Deep
Learning Training"; Micikevicius et al. 2022, "FP8 Formats for Deep Learning", table 1; Rouhani et al.
2023, "OCP Microscaling Formats (MX) Specification", section 5.3.3 (FP4 as E2M1).
"""

import math
from dataclasses import dataclass
from typing import Literal

from core.errors import GlassboxError

Outcome = Literal["exact", "rounded", "subnormal", "underflow", "overflow", "saturated"]
"""What became of a number: `subnormal` is rounded among the coarse numbers next to zero."""


@dataclass(frozen=True)
class FloatFormat:
    """A floating-point format of one sign bit, `exponent_bits` and `mantissa_bits`."""

    name: str
    exponent_bits: int
    mantissa_bits: int
    reserved: int
    """Codes at the top that are no numbers: infinity and NaN (IEEE), one NaN (E4M3), none (E2M1)."""
    saturates: bool = False
    """Whether a number too large becomes the largest, as torch casts to E4M3, and not infinity."""

    @property
    def bits(self) -> int:
        """Of one number."""
        return 1 + self.exponent_bits + self.mantissa_bits

    @property
    def bias(self) -> int:
        """What is subtracted from the exponent field."""
        return int(2 ** (self.exponent_bits - 1)) - 1

    @property
    def smallest_exponent(self) -> int:
        """Of the smallest normal number, and of all subnormal ones."""
        return 1 - self.bias

    @property
    def largest_code(self) -> int:
        """Without its sign bit."""
        return int(2 ** (self.exponent_bits + self.mantissa_bits)) - self.reserved - 1

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return decode(self.largest_code, self)

    @property
    def smallest_normal(self) -> float:
        """Below it the relative error grows."""
        return 2.0**self.smallest_exponent

    @property
    def smallest(self) -> float:
        """The smallest number above zero, a subnormal one."""
        return decode(1, self)

    @property
    def relative_step(self) -> float:
        """From 1 to the next number: the worst relative rounding error is half of it."""
        return 2.0**-self.mantissa_bits


FLOAT_FORMATS = {
    found.name: found
    for found in (
        FloatFormat("fp32", 8, 23, reserved=2**23),
        FloatFormat("bf16", 8, 7, reserved=2**7),
        FloatFormat("fp16", 5, 10, reserved=2**10),
        FloatFormat("fp8-e5m2", 5, 2, reserved=2**2),
        FloatFormat("fp8-e4m3", 4, 3, reserved=1, saturates=True),
        FloatFormat("fp4-e2m1", 2, 1, reserved=0, saturates=True),
    )
}


@dataclass(frozen=True)
class Encoded:
    """A number as a format keeps it."""

    format: FloatFormat
    code: int
    """The bits as an unsigned integer, the sign on top."""
    value: float
    """What the bits mean; infinite after an overflow."""
    outcome: Outcome

    @property
    def fields(self) -> tuple[str, str, str]:
        """The bits of sign, exponent and mantissa."""
        text = format(self.code, f"0{self.format.bits}b")
        return text[0], text[1 : 1 + self.format.exponent_bits], text[1 + self.format.exponent_bits :]


def encode(value: float, kept: FloatFormat) -> Encoded:
    """`value` rounded to the nearest number of the format, ties to the even code.

    Args:
        value: finite, in float64.
        kept: the format.

    Raises:
        GlassboxError: `value` is infinite or no number.

    >>> encode(0.1, FLOAT_FORMATS["fp16"]).fields
    ('0', '01011', '1001100110')
    >>> [encode(70_000, FLOAT_FORMATS[name]).value for name in ("fp16", "bf16")]
    [inf, 70144.0]
    """
    if not math.isfinite(value):
        raise GlassboxError("memory.precision.error.number", value=str(value)[:40])
    sign = int(math.copysign(1, value) < 0) << (kept.bits - 1)
    exponent = max(math.frexp(value)[1] - 1, kept.smallest_exponent) if value else kept.smallest_exponent
    step = math.ldexp(1.0, exponent - kept.mantissa_bits)
    units = round(abs(value) / step)  # a power of two divides exactly; Python rounds ties to even
    code = ((exponent - kept.smallest_exponent) << kept.mantissa_bits) + units
    if code > kept.largest_code:
        code = kept.largest_code if kept.saturates else kept.largest_code + 1
        outcome: Outcome = "saturated" if kept.saturates else "overflow"
        return Encoded(kept, sign | code, decode(sign | code, kept), outcome)
    stored = decode(sign | code, kept)
    return Encoded(kept, sign | code, stored, _outcome(value, stored, kept))


def _outcome(value: float, stored: float, kept: FloatFormat) -> Outcome:
    if stored == value:
        return "exact"
    if stored == 0:
        return "underflow"
    return "subnormal" if abs(stored) < kept.smallest_normal else "rounded"


def decode(code: int, kept: FloatFormat) -> float:
    """What the bits mean.

    >>> decode(0b0_01111_0000000001, FLOAT_FORMATS["fp16"])
    1.0009765625
    """
    sign = -1.0 if code >> (kept.bits - 1) else 1.0
    size = code & ((1 << (kept.bits - 1)) - 1)
    field, mantissa = divmod(size, 2**kept.mantissa_bits)
    if size > kept.largest_code:
        return sign * math.inf if mantissa == 0 else math.nan
    if field:
        mantissa += 2**kept.mantissa_bits
    exponent = max(field, 1) - kept.bias - kept.mantissa_bits
    return sign * math.ldexp(mantissa, exponent)


def neighbours(encoded: Encoded) -> tuple[float, float]:
    """The stored number's next smaller and next larger one in absolute value; both 0 or infinite at an end.

    >>> neighbours(encode(1.0, FLOAT_FORMATS["bf16"]))
    (0.99609375, 1.0078125)
    """
    kept = encoded.format
    size = encoded.code & ((1 << (kept.bits - 1)) - 1)
    below = decode(max(min(size, kept.largest_code + 1) - 1, 0), kept)
    above = decode(size + 1, kept) if size < kept.largest_code else math.inf
    return below, above
