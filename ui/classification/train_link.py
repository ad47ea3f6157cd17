"""What a link may say about the view `train`."""

from collections.abc import Callable, Mapping
from typing import Any


def train_readers() -> Mapping[str, Callable[[str], Any]]:
    """Readers of the address, by name."""
    return {}
