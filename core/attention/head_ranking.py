"""Every head of a model with what its picture promises and what its removal does: the result, and reading it.

How sharp a picture is says nothing about the model's output; only removing the head does (Jain and
Wallace 2019, "Attention is not Explanation"; Michel, Levy and Neubig 2019, "Are Sixteen Heads Really
Better than One?"). Here are the numbers of both for all heads, their rank correlation, and the two
heads that mislead most. Measured by `core.attention.rank_heads`; nothing here needs torch.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from core.errors import GlassboxError
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER

Replacement = Literal["zero", "mean"]
"""What stands in for a removed part: nothing, or its mean output over the text's tokens."""
REPLACEMENTS: tuple[Replacement, ...] = ("zero", "mean")
MEASURES = {True: ("divergence", "loss_change"), False: ("vector_change",)}
"""What can be measured of a model with (True) and without (False) a language-model head."""
RESULT_FILE, CSV_FILE = "ablation.json", "ablation.csv"
SHIPPED = PROJECT_FOLDER / "assets" / "checkpoints" / "attention"
MOSTLY_SINK = 0.5
"""A head that gives this share to tokens that carry no meaning has a picture of one bright column."""


@dataclass(frozen=True)
class HeadEffect:
    """One head: two numbers of its picture, and what changed when it was switched off."""

    layer: int
    head: int
    sharpness: float
    """1 - entropy / its largest possible value, averaged over the tokens: 0 flat, 1 a single key."""
    sink_share: float
    """Mean share of attention given to the first token (SmolLM2) or to [CLS] and [SEP] (MiniLM)."""
    loss_change: float | None
    """Nats a token; positive where the text became less likely. None without a language-model head."""
    loss_low: float | None
    loss_high: float | None
    """Its 95% bootstrap interval over the text's tokens."""
    divergence: float | None
    """Kullback-Leibler divergence of the next-token distributions, nats, mean over all positions."""
    vector_change: float | None
    """1 - cosine of the sentence vectors before and after. None for a language model."""

    def measure(self, name: str) -> float:
        """The value called `name`, a name of `MEASURES`.

        Raises:
            GlassboxError: this model has no such measure.
        """
        value = {
            "divergence": self.divergence,
            "loss_change": self.loss_change,
            "vector_change": self.vector_change,
        }.get(name)
        if value is None:
            raise GlassboxError("attention.matter.error.measure", name=name[:40])
        return value


@dataclass(frozen=True)
class HeadRanking:
    """All heads of one model, removed one at a time, on one text."""

    model: str
    text: str
    tokens: int
    """Tokens of the text that were read."""
    left_out: int
    """Tokens at the end of the text that were too many."""
    replacement: str
    loss: float | None
    """Of the whole model, nats a token."""
    seconds: float
    heads: tuple[HeadEffect, ...]

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that this ranking has, the deciding one first."""
        return MEASURES[self.loss is not None]

    def head(self, layer: int, head: int) -> HeadEffect:
        """The head of that place."""
        return next(effect for effect in self.heads if (effect.layer, effect.head) == (layer, head))

    def ranked(self, measure: str) -> list[HeadEffect]:
        """The heads, the one whose removal changes most first."""
        return sorted(self.heads, key=lambda effect: -effect.measure(measure))

    def grid(self, measure: str) -> list[list[float]]:
        """The measure as rows of layers, columns of heads."""
        layers = 1 + max(effect.layer for effect in self.heads)
        rows: list[list[float]] = [[] for _ in range(layers)]
        for effect in sorted(self.heads, key=lambda effect: (effect.layer, effect.head)):
            rows[effect.layer].append(effect.measure(measure))
        return rows

    def correlation(self, measure: str) -> float:
        """Spearman's rank correlation between the sharpness of the pictures and the measure."""
        return rank_correlation(
            [effect.sharpness for effect in self.heads], [effect.measure(measure) for effect in self.heads]
        )

    def sharp_but_idle(self, measure: str) -> HeadEffect | None:
        """Of the sharper half that does not just look at a sink, the head whose removal changes least."""
        middle = float(np.median([effect.sharpness for effect in self.heads]))
        pretty = [e for e in self.heads if e.sharpness >= middle and e.sink_share < MOSTLY_SINK]
        return min(pretty, key=lambda effect: abs(effect.measure(measure)), default=None)

    def dull_but_vital(self, measure: str) -> HeadEffect:
        """Of the flatter half, the head whose removal changes most."""
        middle = float(np.median([effect.sharpness for effect in self.heads]))
        dull = [effect for effect in self.heads if effect.sharpness <= middle]
        return max(dull, key=lambda effect: effect.measure(measure))

    def rows(self) -> list[dict[str, object]]:
        """One row a head, for CSV; a measure that the model does not have is an empty cell."""
        return [vars(effect) for effect in self.heads]


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's rho: Pearson's correlation of the ranks, equal values sharing their mean rank.

    Raises:
        GlassboxError: not two lists of one length, or one of them does not vary.

    >>> round(rank_correlation([1, 2, 3, 4], [10, 30, 20, 40]), 3)
    0.8
    """
    if len(first) != len(second) or len(set(first)) < 2 or len(set(second)) < 2:
        raise GlassboxError("attention.matter.error.correlation")
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def _ranks(values: Sequence[float]) -> np.ndarray:
    _, inverse, counts = np.unique(np.asarray(values, float), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse])


def read_ranking(path: Path) -> HeadRanking:
    """A ranking that a job has written.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("attention.matter.error.result", file=path.name) from error
    return result_from_json(HeadRanking, value, path.name)


def read_shipped_ranking(model: str) -> HeadRanking:
    """The ranking of that model's heads on this project's own text, made by the job `attention.ablation`.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    return read_ranking(SHIPPED / f"ablation-{model}.json")
