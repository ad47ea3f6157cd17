"""What a run of AdaLoRA's schedule is told and what it finds; read without torch."""

import tomllib
from dataclasses import dataclass
from functools import cache

from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER

SENTENCES = PROJECT_FOLDER / "assets" / "samples" / "memory" / "sentences.toml"
MODEL = "minilm-l6"
RANKS = (2, 32)
STEPS = (12, 100)
TARGETS = ("q,v", "q,k,v,o", "all")


@dataclass(frozen=True)
class RankSettings:
    """What a reader may choose of the schedule."""

    initial: int = 12
    """Rank that every matrix starts with."""
    target: int = 4
    """Mean rank that is left in the end."""
    steps: int = 30
    targets: str = "q,v"
    """Matrices to adapt, as in a plan."""

    @property
    def warm_up(self) -> int:
        """Steps before the first cut: a sixth of all."""
        return self.steps // 6

    @property
    def settled(self) -> int:
        """Step from which nothing more is cut: the last third only trains what is left."""
        return self.steps - self.steps // 3


@dataclass(frozen=True)
class TrainedBytes:
    """What the trained part of a model takes."""

    adapter: int
    gradients: int
    states: int
    """Of AdamW."""
    scores: int
    """Of AdaLoRA's importance; 0 for LoRA."""
    saved: int
    """Of the tensors that peft writes into the adapter's file."""

    @property
    def training(self) -> int:
        """All that is there during training, the file left out."""
        return self.adapter + self.gradients + self.states + self.scores


@dataclass(frozen=True)
class RankRun:
    """One training with the schedule, and LoRA of the final mean rank beside it."""

    settings: RankSettings
    warm_up: int
    settled: int
    matrices: tuple[str, ...]
    """`block.name`, in the model's order."""
    ranks: tuple[tuple[int, ...], ...]
    """After each step the live rank of each matrix."""
    losses: tuple[float, ...]
    before: TrainedBytes
    """Behind the first step."""
    after: TrainedBytes
    """Behind the last."""
    fixed: TrainedBytes
    """LoRA with the rank that AdaLoRA is left with on average."""

    @property
    def budgets(self) -> tuple[int, ...]:
        """Live ranks of all matrices together, after each step."""
        return tuple(sum(ranks) for ranks in self.ranks)

    @property
    def mean_rank(self) -> float:
        """Live rank of a matrix in the end, on average."""
        return self.budgets[-1] / len(self.matrices)

    @property
    def times_fixed(self) -> float:
        """The most bytes of AdaLoRA's trained part, in those of LoRA."""
        return max(self.before.training, self.after.training) / self.fixed.training


def check_rank_settings(settings: RankSettings) -> RankSettings:
    """The settings, if the schedule can be run with them.

    Raises:
        GlassboxError: a number outside its range, a target above the start, unknown matrices.
    """
    for name, value, (low, high) in (
        ("initial", settings.initial, RANKS),
        ("target", settings.target, (1, settings.initial - 1)),
        ("steps", settings.steps, STEPS),
    ):
        if type(value) is not int or not low <= value <= high:
            raise GlassboxError("memory.check.error.ranks", name=name, low=low, high=high)
    if settings.targets not in TARGETS:
        raise GlassboxError(
            "memory.check.error.choice",
            name="targets",
            value=str(settings.targets)[:40],
            known=" / ".join(TARGETS),
        )
    return settings


@cache
def sentences() -> tuple[str, ...]:
    """The sentences, those that belong together side by side."""
    return tuple(tomllib.loads(SENTENCES.read_text(encoding="utf-8"))["sentences"])
