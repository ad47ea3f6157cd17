"""What a link to the view "Forced and free" may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.inputs import choice_of, short_text

PARTS = ("sentence", "many", "sampling")
MODELS = ("lstm", "gru", "transformer")


def forcing_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    return {
        "forcing_part": choice_of(PARTS),
        "forcing_model": choice_of(MODELS),
        "forcing_source": short_text,
        "forcing_reference": short_text,
    }
