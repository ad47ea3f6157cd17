"""What a link to the view of variants may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.attention.variants import SECTIONS
from ui.inputs import choice_of, number_in, short_text

MASKS = ("causal", "prefix", "window", "none")
KINDS = ("grouped", "multi_head", "multi_query", "latent")
BLOCK_SIZES = (8, 16, 32, 64, 128)


def variant_readers() -> Mapping[str, Callable[[str], Any]]:
    """The names in the address, each with the values that its control takes."""
    return {
        "variants_section": choice_of(SECTIONS),
        "variants_temperature": number_in(0.05, 5),
        "variants_mask": choice_of(MASKS),
        "variants_size": number_in(1, 32, whole=True),
        "variants_cross_looking": short_text,
        "variants_cross_looked_at": short_text,
        "variants_cross_layer": number_in(0, 5, whole=True),
        "variants_cross_head": number_in(0, 11, whole=True),
        "variants_kind": choice_of(KINDS),
        "variants_rank": _rank,
        "variants_filled": number_in(1, 32, whole=True),
        "variants_window": number_in(1, 12, whole=True),
        "variants_tile_rows": number_in(1, 16, whole=True),
        "variants_tile_columns": number_in(1, 16, whole=True),
        "variants_tile_step": number_in(1, 1024, whole=True),
        "variants_block": _block_size,
        "variants_seed": number_in(0, 10_000, whole=True),
    }


def _rank(text: str) -> int:
    """A step of the slider: a multiple of 8 up to the 384 numbers of SmolLM2's layers."""
    value = int(text)
    if value not in range(8, 385, 8):
        raise ValueError(text)
    return value


def _block_size(text: str) -> int:
    value = int(text)
    if value not in BLOCK_SIZES:
        raise ValueError(text)
    return value
