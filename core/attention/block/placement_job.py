"""The job that trains every arrangement with and without warm-up, and the result that is shipped.

    python -m core job attention.placement

One training after another; after each the curves are checkpointed, and a resumed job goes on with the
next. `assets/checkpoints/attention/placement.json` was made by this job with its default parameters.
"""

import json
import os
import platform
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from core.attention.block.placement import PLACEMENTS, check_placement
from core.errors import GlassboxError
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER

if TYPE_CHECKING:
    from core.attention.block.deep_training import Training
    from core.jobs.context import JobContext

RESULT_FILE = "placement.json"
SHIPPED_RESULT = PROJECT_FOLDER / "assets" / "checkpoints" / "attention" / RESULT_FILE
COMMAND = "python -m core job attention.placement"
SMOOTHED = 5
"""Steps whose mean loss is one point of a curve."""


@dataclass(frozen=True)
class Parameters:
    """What the job can be told; by default what was shipped."""

    placements: tuple[str, ...] = PLACEMENTS
    warm_ups: tuple[int, ...] = (0, 80)
    depths: tuple[int, ...] = (6, 24)
    seeds: tuple[int, ...] = (0,)
    learning_rate: float = 3e-3
    steps: int = 200
    width: int = 48
    length: int = 64
    batch: int = 8


@dataclass(frozen=True)
class Curve:
    """One training."""

    placement: str
    warm_up: int
    depth: int
    seed: int
    losses: tuple[float, ...]
    """Mean training loss (nats a character) of every `SMOOTHED` steps; ends early where it broke."""
    held_out: float | None
    """Loss after the last step on text not trained on; None where training broke."""
    seconds: float


@dataclass(frozen=True)
class PlacementResult:
    """All trainings and what they were made with."""

    command: str
    parameters: Parameters
    versions: dict[str, str]
    cores: int
    date: str
    characters: int
    unigram: float
    """Loss of a model that knows only how common each character is."""
    curves: tuple[Curve, ...]

    def of(self, placement: str, depth: int, warm_up: int) -> tuple[Curve, ...]:
        """The trainings of one arrangement at one depth with one warm-up, a seed each."""
        wanted = (placement, depth, warm_up)
        return tuple(c for c in self.curves if (c.placement, c.depth, c.warm_up) == wanted)


def parameters_from(values: dict[str, Any]) -> Parameters:
    """The job's parameters, checked.

    Raises:
        GlassboxError: an unknown name, a wrong type or a value out of range.
    """
    known = [field.name for field in fields(Parameters)]
    unknown = sorted(str(name)[:40] for name in set(values) - set(known))
    if unknown:
        raise GlassboxError(
            "attention.block.error.parameters", names=", ".join(unknown), known=", ".join(known)
        )
    lists = {name: values[name] for name in ("placements", "warm_ups", "depths", "seeds") if name in values}
    for name, value in lists.items():
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= 8:
            raise GlassboxError("attention.block.error.list", name=name)
    checked: dict[str, Any] = {**values, **{name: tuple(value) for name, value in lists.items()}}
    parameters = Parameters(**checked)
    for placement in parameters.placements:
        check_placement(placement)
    trainings(parameters)
    return parameters


def trainings(parameters: Parameters) -> "list[Training]":
    """Every training of the job in its order: seed by seed, so that an early end leaves whole sets.

    Raises:
        GlassboxError: a value is out of range.
    """
    from core.attention.block.deep_training import Training

    shared = {
        name: getattr(parameters, name) for name in ("learning_rate", "steps", "width", "length", "batch")
    }
    return [
        Training(placement=placement, warm_up=warm_up, depth=depth, seed=seed, **shared)
        for seed in parameters.seeds
        for depth in parameters.depths
        for warm_up in parameters.warm_ups
        for placement in parameters.placements
    ]


def run(context: "JobContext") -> None:
    """Train, or go on with the next training; writes `placement.json`.

    On one thread: matrices this small gain nothing from a second, and on a busy machine threads that wait
    for one another cost many times the work.

    Raises:
        GlassboxError: unknown or impossible parameters.
        JobCancelled: the reader cancelled.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        _run(context)
    finally:
        torch.set_num_threads(threads)


def _run(context: "JobContext") -> None:
    parameters = parameters_from(dict(context.parameters))
    plan = trainings(parameters)
    total = sum(_work(training) for training in plan)
    state: dict[str, Any] = context.load_checkpoint() or {"curves": []}
    for number in range(len(state["curves"]), len(plan)):
        done = sum(_work(training) for training in plan[:number])
        state["curves"].append(asdict(_train(context, plan[number], done, total)))
        context.save_checkpoint(state)
    context.write_result(RESULT_FILE, json.dumps(_summary(parameters, state["curves"]), indent=1))


def _work(training: "Training") -> int:
    """Layers passed in a training: what its time goes with."""
    return training.steps * training.depth


def _train(context: "JobContext", training: "Training", done: int, total: int) -> Curve:
    from core.attention.block.deep_training import DeepTraining

    begun = perf_counter()
    running = DeepTraining(training)
    losses = []
    for step, loss in enumerate(running.steps()):
        losses.append(loss)
        context.progress(done + (step + 1) * training.depth, total, loss=loss)
    whole = len(losses) == training.steps and losses[-1] == losses[-1]
    return Curve(
        training.placement,
        training.warm_up,
        training.depth,
        training.seed,
        smoothed(losses if whole else losses[:-1]),
        running.held_out_loss() if whole else None,
        perf_counter() - begun,
    )


def smoothed(losses: list[float]) -> tuple[float, ...]:
    """The means of every `SMOOTHED` losses in a row, rounded; a rest too short for a mean of its own is kept.

    >>> smoothed([1.0, 2.0, 3.0, 4.0, 5.0, 9.0])
    (3.0, 9.0)
    """
    groups = [losses[start : start + SMOOTHED] for start in range(0, len(losses), SMOOTHED)]
    return tuple(round(sum(group) / len(group), 4) for group in groups)


def _summary(parameters: Parameters, curves: list[dict[str, Any]]) -> dict[str, Any]:
    from core.attention.block.characters import characters
    from core.attention.block.deep_training import unigram_loss

    return {
        "command": COMMAND,
        "parameters": asdict(parameters),
        "versions": {"python": platform.python_version(), "torch": version("torch")},
        "cores": os.cpu_count() or 1,
        "date": datetime.now(UTC).date().isoformat(),
        "characters": len(characters().training),
        "unigram": unigram_loss(),
        "curves": curves,
    }


def read_result(path: Path) -> PlacementResult:
    """What the job has written, checked.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("attention.block.error.result", file=path.name) from error
    return result_from_json(PlacementResult, value, path.name)


def read_shipped_result() -> PlacementResult:
    """The trainings that come with the project.

    Raises:
        GlassboxError: the file was not shipped or is damaged.
    """
    return read_result(SHIPPED_RESULT)
