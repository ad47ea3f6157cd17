"""What a link to this view may hold."""

from collections.abc import Callable, Mapping
from typing import Any


def check_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    return {}
