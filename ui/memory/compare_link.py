"""What a link to the comparison may hold beside the plan's own settings."""

from collections.abc import Callable, Mapping
from typing import Any

from core.memory.curve_families import SETTINGS
from ui.inputs import choice_of

PARTS = ("methods", "curves", "published")


def compare_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    return {"compare_part": choice_of(PARTS), "compare_over": choice_of(SETTINGS)}
