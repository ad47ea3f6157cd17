"""What a link may say about the view `use`."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.inputs import choice_of, short_text

PARTS = ("one", "many", "take")


def use_readers() -> Mapping[str, Callable[[str], Any]]:
    """Readers of the address, by name."""
    return {"use_part": choice_of(PARTS), "use_text": short_text, "use_class": short_text}
