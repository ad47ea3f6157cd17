"""What a link to this view may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.inputs import choice_of, number_in, short_text

PARTS = ("tokens", "alignment", "beams", "penalty", "width", "reference")
LOOKS = ("average", "layer", "head")
WIDEST = 10
"""Beams that can be chosen here: more would make a tree that cannot be read."""
HIGHEST_PENALTY = 2.0
MOST_LAYERS, MOST_HEADS = 12, 16


def translate_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    return {
        "text": short_text,
        "beam": number_in(1, WIDEST, whole=True),
        "model": choice_of(("lstm", "gru", "transformer")),
        "translate_part": choice_of(PARTS),
        "translate_penalty": number_in(0, HIGHEST_PENALTY),
        "translate_look": choice_of(LOOKS),
        "translate_layer": number_in(1, MOST_LAYERS, whole=True),
        "translate_head": number_in(1, MOST_HEADS, whole=True),
        "translate_reference": short_text,
    }
