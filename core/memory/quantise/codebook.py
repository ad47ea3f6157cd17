"""The sixteen levels of a 4-bit number: NF4 and FP4.

NF4 puts its levels where a normal distribution has equal shares of its weight, so that each code is used
about equally often. Seven quantiles below zero, eight above, zero itself exactly, all divided by the
largest. The outermost quantile is the mean of 1 - 1/30 and 1 - 1/32 (half a share of 15 and of 16
levels), since the quantile of 1 is infinite. FP4 is the floating-point number with two exponent bits and
one mantissa bit, divided by its largest, 6.

Sources: Dettmers et al. 2023, "QLoRA", section 3 and appendix E (the 16 values of NF4); the rule is that
of its code, bitsandbytes' `create_normal_map`, since equation 4 of the paper leaves the ends open.
Rouhani et al. 2023, "OCP Microscaling Formats (MX) Specification", section 5.3.3 (FP4, E2M1).
bitsandbytes' own FP4 differs in one level: its smallest is 0.0052 of the largest, not 0.083.
"""

from itertools import pairwise
from statistics import NormalDist

from core.memory.quantise.float_format import FLOAT_FORMATS, decode

OUTERMOST = ((1 - 1 / 30) + (1 - 1 / 32)) / 2
"""The share of a normal distribution below the highest level."""


def nf4_levels() -> tuple[float, ...]:
    """The 16 levels of NF4, from -1 to 1.

    >>> [round(level, 4) for level in nf4_levels()][6:10]
    [-0.091, 0.0, 0.0796, 0.1609]
    """
    above = [_quantile(step, 8) for step in range(8)]
    below = [-_quantile(step, 7) for step in range(7)]
    largest = above[0]
    return tuple(sorted(level / largest for level in (*below, 0.0, *above)))


def _quantile(step: int, steps: int) -> float:
    """The normal quantile `step` of `steps` parts of the way from the outermost share down to a half."""
    return NormalDist().inv_cdf(OUTERMOST + (0.5 - OUTERMOST) * step / steps)


def fp4_levels() -> tuple[float, ...]:
    """The 15 different levels of FP4 (E2M1), from -1 to 1; zero has two codes.

    >>> [round(6 * level, 1) for level in fp4_levels() if level >= 0]
    [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]
    """
    e2m1 = FLOAT_FORMATS["fp4-e2m1"]
    return tuple(sorted({decode(code, e2m1) / e2m1.largest for code in range(16)}))


CODEBOOKS = {"nf4": nf4_levels(), "fp4": fp4_levels()}


def midpoints(levels: tuple[float, ...]) -> tuple[float, ...]:
    """Where the nearest level changes.

    >>> midpoints((-1.0, 0.0, 0.5))
    (-0.5, 0.25)
    """
    return tuple((low + high) / 2 for low, high in pairwise(levels))


def nearest(value: float, levels: tuple[float, ...]) -> int:
    """The index of the level nearest to `value`, the lower one of two equally near.

    >>> nearest(0.3, (-1.0, 0.0, 0.5))
    2
    """
    return sum(value > middle for middle in midpoints(levels))
