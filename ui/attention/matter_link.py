"""What the view "Does it matter?" keeps in a link."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.inputs import choice_of, number_in, short_text

PARTS = ("switch", "rank", "lens", "meanings", "reuse")
KINDS = ("heads", "attention", "block")
REPLACEMENTS = ("zero", "mean")
SHADES = ("probability", "final", "entropy")
WORDS = ("bank", "bat", "spring", "crane")
MOST_PARTS = 20
"""Heads or layers that can be switched off together."""


def matter_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address may hold for this view."""
    return {
        "matter_part": choice_of(PARTS),
        "matter_kind": choice_of(KINDS),
        "matter_heads": _places_in,
        "matter_layers": _layers_in,
        "matter_replacement": choice_of(REPLACEMENTS),
        "matter_shade": choice_of(SHADES),
        "matter_word": choice_of(WORDS),
        "matter_grown_text": short_text,
        "matter_source": choice_of(("shipped", "own")),
    }


def _places_in(text: str) -> list[str]:
    """Heads as `layer.head`, separated by commas."""
    places = []
    for place in text.split(",")[:MOST_PARTS]:
        layer, head = place.split(".")
        read = number_in(0, 200, whole=True)
        places.append(f"{read(layer)}.{read(head)}")
    return places


def _layers_in(text: str) -> list[int]:
    read = number_in(0, 200, whole=True)
    return [int(read(layer)) for layer in text.split(",")[:MOST_PARTS]]
