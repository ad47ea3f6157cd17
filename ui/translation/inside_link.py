"""What a link to the view "Inside" may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from core.errors import GlassboxError
from core.translation.inside.removal import removal_with
from ui.inputs import choice_of, number_in, short_text

PARTS = ("model", "length", "filling", "parts", "remove", "tools")
MODELS = ("lstm", "gru", "transformer")
DATA = ("captions", "grammar")
BATCHES = (4, 64)
MOST_REMOVED = 20
"""Parts that can be taken away together."""


def inside_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    return {
        "inside_part": choice_of(PARTS),
        "inside_model": choice_of(MODELS),
        "inside_text": short_text,
        "inside_batch": number_in(*BATCHES, whole=True),
        "inside_data": choice_of(DATA),
        "inside_removed": _removed_in,
    }


def _removed_in(text: str) -> list[str]:
    """Short names of removals, separated by commas."""
    try:
        return [removal_with(code).code for code in text.split(",")[:MOST_REMOVED] if code]
    except GlassboxError as error:
        raise ValueError(text[:40]) from error
