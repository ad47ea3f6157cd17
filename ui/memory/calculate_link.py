"""What a link to the calculator may hold: the model, and every setting of the plan under its own name."""

from collections.abc import Callable, Mapping
from typing import Any

from core.memory.fit import cards
from core.memory.korthikanti import CHECKPOINTING
from core.memory.methods import METHODS
from core.memory.number_formats import BYTES, WEIGHT_FORMATS
from core.memory.optimizers import OPTIMIZERS
from core.memory.own_config import BUILDS
from core.memory.parallel import OFFLOADS
from core.memory.plan import ATTENTIONS, PROCESSORS
from core.memory.precision import PRECISIONS
from core.memory.presets import presets
from ui.inputs import choice_of, number_in, short_text

SOURCES = ("preset", "config", "own")
PARTS = ("terms", "fit", "levers", "kept", "model", "limits")
OWN_CARD = "own"
SAME_FORMAT = "same"
"""A cache in the format in which the model computes."""
MOST = 10**9
FLAGS = {"yes": True, "no": False}


def calculate_readers() -> Mapping[str, Callable[[str], Any]]:
    """Name in the address -> how its value is read."""
    whole = number_in(1, MOST, whole=True)
    counts = ("rank", "alpha", "tokens", "hidden", "batch", "length", "accumulation", "devices", "tensor")
    return {
        "source": choice_of(SOURCES),
        "preset": choice_of(tuple(presets())),
        "config": short_text,
        **_own_readers(),
        "method": choice_of(METHODS),
        **dict.fromkeys((*counts, "pipeline", "layers"), whole),
        "targets": _words_in,
        "dropout": number_in(0, 0.9),
        "projection": _flag,
        "sequence": _flag,
        "adapter_format": choice_of(tuple(BYTES)),
        "base_format": choice_of(("nf4", "nf4-single")),
        "dtype": choice_of(tuple(PRECISIONS)),
        "optimizer": choice_of(tuple(OPTIMIZERS)),
        "checkpointing": choice_of(CHECKPOINTING),
        "attention": choice_of(ATTENTIONS),
        "weight_format": choice_of(WEIGHT_FORMATS),
        "cache_format": choice_of((SAME_FORMAT, *BYTES)),
        "processor": choice_of(PROCESSORS),
        "zero": number_in(0, 3, whole=True),
        "offload": choice_of(OFFLOADS),
        "context_mebibytes": number_in(0, 16_384, whole=True),
        "card": choice_of((*(card.name for card in cards()), OWN_CARD)),
        "card_gigabytes": number_in(1, 10_000, whole=True),
        "calculate_part": choice_of(PARTS),
    }


def _own_readers() -> dict[str, Callable[[str], Any]]:
    """The sliders of an own architecture."""
    return {
        "own_build": choice_of(BUILDS),
        "own_layers": number_in(1, 200, whole=True),
        "own_heads": number_in(1, 256, whole=True),
        "own_head_width": number_in(8, 512, whole=True),
        "own_key_value_heads": number_in(1, 256, whole=True),
        "own_feed_forward": number_in(0.5, 8),
        "own_vocabulary": number_in(1000, 300_000, whole=True),
        "own_tied": _flag,
        "own_experts": number_in(1, 256, whole=True),
    }


def _flag(text: str) -> bool:
    return FLAGS[text]


def _words_in(text: str) -> list[str]:
    """Names of matrices, separated by commas."""
    words = [word.strip() for word in text.split(",")]
    if not all(0 < len(word) <= 60 for word in words) or len(words) > 40:
        raise ValueError(text[:20])
    return words
