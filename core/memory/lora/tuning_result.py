"""What the comparison of tuning methods found; read without torch, so that a page opens quickly."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import GlassboxError
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER

FOLDER = PROJECT_FOLDER / "assets" / "checkpoints" / "memory"
SHIPPED = FOLDER / "tuning.json"
SHIPPED_ADAPTER = FOLDER / "adapter.safetensors"
SHIPPED_UPDATES = FOLDER / "updates.safetensors"
RESULT_FILE = "tuning.json"
ADAPTER_FILE = "adapter.safetensors"
UPDATES_FILE = "updates.safetensors"
SAVED = ("activations", "outside", "loss")


@dataclass(frozen=True)
class Point:
    """A look at the held-out texts."""

    step: int
    task_loss: float
    """Nats a token of the held-out records."""
    exact: float
    """Share of held-out records that greedy decoding would get right."""
    general_loss: float
    """Nats a token of the general text."""


@dataclass(frozen=True)
class StepSeconds:
    """Median processor time of a training step's three parts: what one core works, whoever else runs."""

    forward: float
    backward: float
    optimizer: float

    @property
    def total(self) -> float:
        """Of the whole step."""
        return self.forward + self.backward + self.optimizer


@dataclass(frozen=True)
class MethodRun:
    """One method, trained from the starting model."""

    name: str
    """A key of `core.memory.lora.tuning_settings.METHODS`."""
    settings: dict[str, object]
    learning_rate: float
    trained: int
    """Numbers with a gradient."""
    saved: int
    """Bytes of what has to be kept of it: the trained numbers, of virtual tokens their vectors."""
    bytes: dict[str, int]
    """Counted in the first step: weights, adapter, gradients, states, and what autograd kept."""
    seconds: StepSeconds
    losses: tuple[float, ...]
    """Training loss of each step."""
    points: tuple[Point, ...]
    singular_values: tuple[float, ...]
    """Of the change of the pictured query matrix, largest first; empty where it did not change."""

    @property
    def last(self) -> Point:
        """The last look."""
        return self.points[-1]

    @property
    def kept(self) -> int:
        """Bytes that autograd kept for the backward pass."""
        return sum(self.bytes[name] for name in SAVED)

    @property
    def total(self) -> int:
        """All bytes that were counted."""
        return sum(self.bytes.values())


@dataclass(frozen=True)
class ContinuedRun:
    """A training on orders that arrive later."""

    name: str
    """`anew`, `continued` or `merged`."""
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Strength:
    """The rank-8 adapter with another alpha than it was trained with."""

    times: float
    """alpha in that of training; 0 is the starting model."""
    point: Point


@dataclass(frozen=True)
class TuningResult:
    """The comparison with what is needed to repeat it."""

    command: str
    parameters: dict[str, object]
    training_orders: int
    held_out_orders: int
    general_tokens: int
    batch: int
    length: int
    """Tokens of the longest row of a batch."""
    versions: dict[str, str]
    machine: str
    cores: int
    threads: int
    date: str
    start: Point
    """The model before any tuning."""
    runs: tuple[MethodRun, ...]
    continued: tuple[ContinuedRun, ...]
    strengths: tuple[Strength, ...]

    def run(self, name: str) -> MethodRun | None:
        """The run of one method, if it was chosen."""
        return next((run for run in self.runs if run.name == name), None)


def read_tuning(path: Path) -> TuningResult:
    """A result that the job has written.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("memory.lora.error.file", file=path.name) from error
    result = result_from_json(TuningResult, value, path.name)
    if not result.runs or any(not run.points or len(run.losses) < 1 for run in result.runs):
        raise GlassboxError("memory.lora.error.file", file=path.name)
    return result


@cache
def shipped_tuning() -> TuningResult:
    """The comparison that comes with the project.

    Raises:
        GlassboxError: the file is missing or damaged.
    """
    return read_tuning(SHIPPED)


def shipped_run(name: str) -> MethodRun:
    """One method of the shipped comparison.

    Raises:
        GlassboxError: the file is missing, damaged or lacks the method.
    """
    run = shipped_tuning().run(name)
    if run is None:
        raise GlassboxError("memory.lora.error.file", file=SHIPPED.name)
    return run


def equal_learning(result: TuningResult) -> tuple[Point, MethodRun]:
    """Where full tuning and LoRA had learned the same: a look at the first, and the run of the second.

    Of all looks at full tuning and all ends of LoRA's runs the two whose held-out losses are nearest, as a
    ratio.

    Raises:
        GlassboxError: one of the two is missing.
    """
    full = [run for run in result.runs if run.settings["method"] == "full"]
    lora = [run for run in result.runs if run.settings["method"] == "lora"]
    pairs = [(point, run) for each in full for point in each.points for run in lora]
    if not pairs:
        raise GlassboxError("memory.lora.error.file", file=RESULT_FILE)

    def apart(pair: tuple[Point, MethodRun]) -> float:
        ratio = pair[0].task_loss / pair[1].last.task_loss
        return max(ratio, 1 / ratio)

    return min(pairs, key=apart)
