"""What decides the predictions about texts longer than those of the training: SmolLM2 and its positions."""

import math

from core.attention.far_context import HALF, loss_moved_by, losses_behind_gaps
from core.attention.long_context_result import mean_between, ranges_of
from core.attention.long_context_result import shipped_result as shipped_long_context
from core.attention.schemes.result import positions_of, rise_of
from core.attention.schemes.result import shipped_result as shipped_schemes
from core.curriculum.question import Measurement
from core.engines.language_model import LanguageModel
from core.shelf.load import load_language_model

INSIDE, OUTSIDE = 6_000, 16_000
"""Gaps within and beyond the distances of the training."""
MOVED_BY = 20_000


def _model() -> LanguageModel:
    return load_language_model("smollm2-135m")


def distance_never_trained(small: bool = False) -> Measurement:
    """How many times the perplexity without the first half is that with it 16,000 tokens back."""
    found = losses_behind_gaps(_model(), (0, INSIDE, OUTSIDE), passages=1 if small else 4)
    own, inside, outside = found.losses
    shipped = shipped_schemes()
    rises = {scheme: rise_of(shipped, scheme) for scheme in ("sinusoidal", "rope", "alibi", "none")}
    return Measurement(
        value=math.exp(outside - found.alone),
        values={
            "passages": found.passages,
            "half": HALF,
            "own": own,
            "inside": inside,
            "outside": outside,
            "alone": found.alone,
            "trained": shipped.training_length,
            "read": shipped.training_length * len(positions_of(shipped, "rope")),
            **{scheme: rise.mean for scheme, rise in rises.items() if rise is not None},
        },
        note_key="attention.experiment.measured.distance_never_trained",
    )


def moved_text(small: bool = False) -> Measurement:
    """How many times the perplexity grows when every position is moved on by 20,000."""
    passages = 1 if small else 4
    model = _model()
    own = losses_behind_gaps(model, (0,), passages=passages)
    moved = loss_moved_by(model, MOVED_BY, passages)
    shipped = shipped_long_context()
    low, high = ranges_of(shipped)[-1]
    middle = shipped.context // 2
    return Measurement(
        value=math.exp(moved - own.losses[0]),
        values={
            "passages": own.passages,
            "moved_by": MOVED_BY,
            "own": own.losses[0],
            "moved": moved,
            "within": mean_between(shipped, "unscaled", middle, shipped.context),
            "beyond": mean_between(shipped, "unscaled", low, high),
            "beyond_yarn": mean_between(shipped, "yarn", low, high),
            "within_yarn": mean_between(shipped, "yarn", middle, shipped.context),
            "low": low,
            "high": high,
            "context": shipped.context,
            "cache_megabytes": _cache_bytes(model, high) / 1e6,
        },
        note_key="attention.experiment.measured.moved_text",
    )


def _cache_bytes(model: LanguageModel, tokens: int) -> int:
    """Bytes of keys and values of all layers at two bytes a number."""
    return 2 * 2 * model.layer_count * model.key_value_heads * model.head_width * tokens
