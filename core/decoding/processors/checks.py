"""The one check that every processor makes of its parameter."""

from core.decoding.settings import RANGES
from core.errors import GlassboxError


def check_range(name: str, value: float) -> None:
    """Refuse a `value` that the setting `name` may not take.

    Raises:
        GlassboxError: not a finite number inside `RANGES[name]`.

    >>> check_range("top_p", 0.9)
    """
    limits = RANGES[name]
    if not limits.holds(value):
        low = f"> {limits.low:g}" if limits.low_open else f">= {limits.low:g}"
        raise GlassboxError(
            "decoding.error.range", name=name, value=value, low=low, high=f"<= {limits.high:g}"
        )
