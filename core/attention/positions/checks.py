"""What every position scheme asks of its numbers, refused in one sentence that says what to change."""

import math

from core.errors import GlassboxError


def check_even(width: int) -> None:
    """Refuse a width whose numbers cannot be taken in pairs.

    Raises:
        GlassboxError: `width` is odd or not positive.
    """
    if width < 2 or width % 2:
        raise GlassboxError("attention.positions.error.odd", width=width, even=max(2, width + width % 2))


def check_whole(name: str, value: int, low: int, high: int | None = None) -> None:
    """Refuse a whole number out of its range.

    Args:
        name: what the number is called on the command line.
        value: the number.
        low: the smallest allowed.
        high: the largest allowed; None: no limit.

    Raises:
        GlassboxError: `value` is smaller than `low` or larger than `high`.
    """
    if value < low:
        raise GlassboxError("attention.positions.error.small", name=name, value=value, low=low)
    if high is not None and value > high:
        raise GlassboxError("attention.positions.error.large", name=name, value=value, high=high)


def check_at_least(name: str, value: float, low: float) -> None:
    """Refuse a number that is not finite or is below `low`.

    Raises:
        GlassboxError: `value` is smaller than `low` or not finite.
    """
    if not (math.isfinite(value) and value >= low):
        raise GlassboxError("attention.positions.error.small", name=name, value=value, low=low)
