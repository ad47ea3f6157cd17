"""One knob turned through a grid of values, everything else left as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.decoding.comparison import Comparison, read_json
from core.decoding.settings import DecodingSettings, Strategy
from core.errors import GlassboxError
from core.json_result import result_from_json

GRIDS: dict[str, tuple[float, ...]] = {
    "temperature": (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5),
    "top_k": (1, 5, 10, 40, 100, 640),
    "top_p": (0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1.0),
    "min_p": (0.0, 0.02, 0.05, 0.1, 0.2, 0.4),
    "typical_p": (0.2, 0.5, 0.8, 0.95, 1.0),
    "repetition_penalty": (1.0, 1.05, 1.1, 1.2, 1.4, 1.8),
    "presence_penalty": (0.0, 0.5, 1.0, 1.5, 2.0),
    "frequency_penalty": (0.0, 0.25, 0.5, 1.0, 2.0),
    "no_repeat_ngram_size": (0, 2, 3, 4, 6, 10),
    "dry_multiplier": (0.0, 0.2, 0.4, 0.8, 1.6),
    "num_beams": (1, 2, 4, 8, 16),
    "length_penalty": (-1.0, 0.0, 0.5, 1.0, 2.0),
    "diversity_penalty": (0.0, 0.2, 0.5, 1.0, 2.0),
    "penalty_alpha": (0.0, 0.2, 0.4, 0.6, 0.8),
    "contrastive_k": (2, 4, 8, 16),
}
"""The knobs that can be swept, each with values to begin with."""

_NEEDS_STRATEGY: dict[Strategy, tuple[str, ...]] = {
    "sample": ("temperature", "top_k", "top_p", "min_p", "typical_p"),
    "beam": ("num_beams", "length_penalty", "diversity_penalty"),
    "contrastive": ("penalty_alpha", "contrastive_k"),
}


@dataclass(frozen=True)
class Sweep:
    """The comparison of one setting for each value of the knob, in the order of `values`."""

    knob: str
    values: tuple[float, ...]
    comparison: Comparison


def strategy_of(knob: str) -> Strategy | None:
    """The strategy that `knob` needs; None where it works with every one.

    >>> strategy_of("top_k"), strategy_of("repetition_penalty")
    ('sample', None)
    """
    return next((strategy for strategy, knobs in _NEEDS_STRATEGY.items() if knob in knobs), None)


def swept_settings(
    base: DecodingSettings, knob: str, values: Sequence[float]
) -> tuple[DecodingSettings, ...]:
    """`base` with `knob` at each of `values`.

    Raises:
        GlassboxError: an unknown knob, one that `base`'s strategy does not use, fewer than two
            values, a value twice, or one out of range.

    >>> [s.top_k for s in swept_settings(DecodingSettings("sample"), "top_k", [1, 40])]
    [1, 40]
    """
    if knob not in GRIDS:
        raise GlassboxError("decoding.measures.error.knob", knob=str(knob)[:40], known=", ".join(GRIDS))
    for strategy, knobs in _NEEDS_STRATEGY.items():
        if knob in knobs and base.strategy != strategy:
            raise GlassboxError("decoding.measures.error.idle", knob=knob, strategy=strategy)
    if len(values) < 2 or len(set(values)) != len(values):
        raise GlassboxError("decoding.measures.error.grid", knob=knob)
    return tuple(replace(base, **{knob: value}) for value in values)  # type: ignore[arg-type]


def read_sweep(path: Path) -> Sweep:
    """A sweep that a job has written.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    return result_from_json(Sweep, read_json(path), path.name)
