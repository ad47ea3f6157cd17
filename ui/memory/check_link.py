"""What a link to the view "Check it" may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from core.memory.adaptive_rank_result import RANKS, STEPS, TARGETS
from core.memory.korthikanti import CHECKPOINTING
from core.memory.measure import MEASURED_METHODS, MEASURED_OPTIMIZERS, MEASURED_PRECISIONS, MODELS
from core.memory.plan import ATTENTIONS
from ui.inputs import choice_of, number_in

PARTS = ("step", "grid", "ranks")
NUMBERS = {
    "rank": (1, 192, 8),
    "layers": (1, 30, 2),
    "tokens": (1, 200, 20),
    "hidden": (1, 1024, 64),
    "batch": (1, 64, 2),
    "length": (1, 1024, 32),
}
"""Lowest, highest and first value of the step's whole numbers."""
CHOICES = {
    "preset": MODELS,
    "method": MEASURED_METHODS,
    "targets": TARGETS,
    "dtype": MEASURED_PRECISIONS,
    "optimizer": MEASURED_OPTIMIZERS,
    "checkpointing": CHECKPOINTING,
    "attention": ATTENTIONS,
}
SOURCES = ("shipped", "own")


def check_readers() -> Mapping[str, Callable[[str], Any]]:
    """The view's part, the step's settings and the schedule's."""
    return {
        "check_part": choice_of(PARTS),
        "check_source": choice_of(SOURCES),
        **{f"check_{name}": choice_of(options) for name, options in CHOICES.items()},
        **{f"check_{name}": number_in(low, high, whole=True) for name, (low, high, _) in NUMBERS.items()},
        "check_initial": number_in(*RANKS, whole=True),
        "check_target": number_in(1, RANKS[1] - 1, whole=True),
        "check_steps": number_in(*STEPS, whole=True),
        "check_matrices": choice_of(TARGETS),
    }
