"""What a link to the view "LoRA lab" may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from core.memory.lora.picture import MATRICES, SOURCES
from core.memory.lora.tuning_settings import RANKS, STEPS
from ui.inputs import choice_of, number_in, short_text

PARTS = ("update", "merge", "compare", "after")
SHOWN = ("shipped", "own")
SCALES = (0.0, 8.0)
"""alpha / rank."""


def rank_of(text: str) -> int:
    """One of the ranks that were trained."""
    if int(text) not in RANKS:
        raise ValueError(text)
    return int(text)


def lora_readers() -> Mapping[str, Callable[[str], Any]]:
    """The view's part, what the picture shows, the order to be written, the own run."""
    return {
        "lora_part": choice_of(PARTS),
        "lora_matrix": choice_of(MATRICES),
        "lora_source": choice_of(SOURCES),
        "lora_rank": rank_of,
        "lora_scale": number_in(*SCALES),
        "lora_strength": number_in(*SCALES),
        "lora_order": short_text,
        "lora_shown": choice_of(SHOWN),
        "lora_steps": number_in(*STEPS, whole=True),
    }
