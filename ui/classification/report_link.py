"""What a link may say about the view `report`."""

from collections.abc import Callable, Mapping
from typing import Any


def report_readers() -> Mapping[str, Callable[[str], Any]]:
    """Readers of the address, by name."""
    return {}
