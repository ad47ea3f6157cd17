"""The result of the experiment with scheduled sampling: read without torch, so that a page opens quickly."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import GlassboxError
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER
from core.spread import Spread, spread
from core.translation.scheduled.settings import VARIANTS

SHIPPED = PROJECT_FOLDER / "assets" / "checkpoints" / "translation" / "scheduled_sampling.json"
RESULT_FILE = "scheduled_sampling.json"
MEASURES = ("forced_loss", "forced_right", "free_right", "free_whole")


@dataclass(frozen=True)
class EpochMeasure:
    """What held-out sentences showed after one epoch."""

    share: float
    """Of the reference's tokens among those that the decoder read in training."""
    training_loss: float
    forced_loss: float
    """Nats a token, the reference's beginning given."""
    forced_right: float
    """Share of the places where the likeliest token is right, the reference's beginning given."""
    free_right: float
    """The same when it reads its own words: what counts in use."""
    free_whole: float
    """Share of the sentences that it writes exactly like the reference."""


@dataclass(frozen=True)
class VariantRun:
    """One training."""

    variant: str
    seed: int
    epochs: tuple[EpochMeasure, ...]
    seconds: float


@dataclass(frozen=True)
class ScheduledResult:
    """The whole experiment with what is needed to repeat it."""

    command: str
    parameters: dict[str, object]
    pairs: int
    held_out: int
    weights: int
    """Numbers that each model learns."""
    versions: dict[str, str]
    machine: str
    cores: int
    threads: int
    date: str
    runs: tuple[VariantRun, ...]

    @property
    def variants(self) -> tuple[str, ...]:
        """Those of the runs, in the order of the lesson."""
        return tuple(variant for variant in VARIANTS if any(run.variant == variant for run in self.runs))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Those of the runs."""
        return tuple(sorted({run.seed for run in self.runs}))

    def last(self, variant: str, measure: str) -> Spread:
        """A measure after the last epoch, over the seeds."""
        return spread([getattr(run.epochs[-1], measure) for run in self.runs if run.variant == variant])

    def curve(self, variant: str, measure: str) -> tuple[Spread, ...]:
        """A measure after each epoch, over the seeds."""
        runs = [run.epochs for run in self.runs if run.variant == variant]
        return tuple(spread([getattr(epoch, measure) for epoch in each]) for each in zip(*runs, strict=True))

    def gap(self, variant: str) -> Spread:
        """What reading its own words costs: right places forced minus right places free."""
        runs = [run.epochs[-1] for run in self.runs if run.variant == variant]
        return spread([epoch.forced_right - epoch.free_right for epoch in runs])


def read_result(path: Path) -> ScheduledResult:
    """A result that the job has written, each run complete.

    Raises:
        GlassboxError: the file is missing, is no such result, or lacks a run.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("translation.forcing.error.result", file=path.name) from error
    result = result_from_json(ScheduledResult, value, path.name)
    expected = {(seed, variant) for seed in result.seeds for variant in result.variants}
    lengths = {len(run.epochs) for run in result.runs}
    if not result.runs or len(result.runs) != len(expected) or len(lengths) != 1 or 0 in lengths:
        raise GlassboxError("translation.forcing.error.result", file=path.name)
    return result


@cache
def shipped_result() -> ScheduledResult:
    """The seeds that come with the project.

    Raises:
        GlassboxError: the file is missing or damaged.
    """
    return read_result(SHIPPED)
