"""The measurements that the calculator answers for: forty real steps, and how far each prediction was off.

Read without torch. What was measured is kept as it was found; the predictions beside it are made anew
whenever the file is read, so that what is shown is the error of the formulas as they are now.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from core.errors import GlassboxError
from core.json_result import result_from_json
from core.memory.measure import MODELS, MeasuredStep, measured_plan
from core.memory.predict import predict
from core.settings import PROJECT_FOLDER

SHIPPED = PROJECT_FOLDER / "assets" / "checkpoints" / "memory" / "grid.json"
RESULT_FILE = "grid.json"
SMOLLM2, MINILM = MODELS


def _rows(model: str, batch: int, length: int, *changes: Mapping[str, object]) -> list[dict[str, object]]:
    first = {"preset": model, "batch": batch, "length": length}
    return [{**first, **change} for change in changes]


GRID: tuple[dict[str, object], ...] = (
    *_rows(
        SMOLLM2,
        1,
        32,
        {"method": "full"},
        {"method": "full", "checkpointing": "selective"},
        {"method": "full", "checkpointing": "full"},
        {"method": "full", "optimizer": "sgd", "length": 64},
        {"method": "full", "optimizer": "adafactor"},
        {"method": "full", "dtype": "bf16"},
        {"method": "full", "dtype": "autocast-bf16"},
    ),
    *_rows(
        SMOLLM2,
        2,
        32,
        {"method": "freeze", "layers": 2},
        {"method": "freeze", "layers": 10, "checkpointing": "full"},
        {"method": "lora", "rank": 8},
        {"method": "lora", "rank": 8, "length": 64},
        {"method": "lora", "rank": 8, "checkpointing": "selective"},
        {"method": "lora", "rank": 8, "checkpointing": "full"},
        {"method": "lora", "rank": 8, "attention": "eager"},
        {"method": "lora", "rank": 8, "dropout": 0.1},
        {"method": "lora", "rank": 8, "dtype": "autocast-bf16"},
        {"method": "lora", "rank": 16, "targets": "q,k,v,o", "dtype": "bf16"},
        {"method": "lora", "rank": 64, "targets": "all"},
        {"method": "lora", "rank": 1, "batch": 1, "length": 128},
        {"method": "lora", "rank": 8, "batch": 1, "length": 256, "checkpointing": "full"},
        {"method": "adalora", "rank": 12},
        {"method": "ia3"},
        {"method": "prompt", "tokens": 20},
        {"method": "prefix", "tokens": 20},
        {"method": "p-tuning", "tokens": 20, "hidden": 64},
    ),
    *_rows(
        MINILM,
        8,
        64,
        {"method": "full"},
        {"method": "full", "checkpointing": "selective"},
        {"method": "full", "checkpointing": "full"},
        {"method": "full", "batch": 2, "length": 512, "attention": "eager"},
        {"method": "full", "dtype": "bf16"},
        {"method": "full", "dtype": "bf16", "optimizer": "adafactor"},
        {"method": "full", "dtype": "autocast-bf16"},
        {"method": "full", "optimizer": "sgd-momentum"},
        {"method": "freeze", "layers": 2},
        {"method": "bitfit"},
        {"method": "lora", "rank": 8},
        {"method": "lora", "rank": 32, "targets": "all", "dtype": "bf16", "dropout": 0.1},
        {"method": "adalora", "rank": 12},
        {"method": "ia3"},
        {"method": "prompt", "tokens": 20},
    ),
)
"""Every method, format, optimizer and kind of checkpointing that can be measured, on both models."""


@dataclass(frozen=True)
class GridRow:
    """One step, and what another calculator says of the same model and format."""

    step: MeasuredStep
    accelerate: int
    """Bytes that `accelerate estimate-memory` gives for training with Adam."""

    @property
    def accelerate_error(self) -> float:
        """Of that estimate, as a share of all that was measured."""
        measured = self.step.total.measured
        return (self.accelerate - measured) / measured


@dataclass(frozen=True)
class GridResult:
    """All rows with what is needed to repeat them."""

    command: str
    versions: dict[str, str]
    machine: str
    cores: int
    threads: int
    date: str
    rows: tuple[GridRow, ...]


@dataclass(frozen=True)
class GridErrors:
    """How far the predictions were off, as shares of what was measured, without sign."""

    rows: int
    lasting_max: float
    """Largest of parameters, added ones, gradients and states, each for itself."""
    activations_max: float
    activations_mean: float
    total_max: float
    total_mean: float
    accelerate_max: float
    accelerate_mean: float
    accelerate_full_mean: float
    """Of the rows that it is made for: full fine-tuning with AdamW, nothing checkpointed."""
    full_mean: float
    """Ours on the same rows."""


def grid_errors(rows: Sequence[GridRow]) -> GridErrors:
    """Largest and mean errors.

    Raises:
        GlassboxError: there are no rows.
    """
    if not rows:
        raise GlassboxError("memory.check.error.result", file=RESULT_FILE)
    activations = [abs(row.step.activations.error) for row in rows]
    totals = [abs(row.step.total.error) for row in rows]
    theirs = [abs(row.accelerate_error) for row in rows]
    full = [row for row in rows if _is_plain_full(row.step.settings)]
    return GridErrors(
        rows=len(rows),
        lasting_max=max(row.step.lasting_error for row in rows),
        activations_max=max(activations),
        activations_mean=_mean(activations),
        total_max=max(totals),
        total_mean=_mean(totals),
        accelerate_max=max(theirs),
        accelerate_mean=_mean(theirs),
        accelerate_full_mean=_mean([abs(row.accelerate_error) for row in full]),
        full_mean=_mean([abs(row.step.total.error) for row in full]),
    )


def _is_plain_full(settings: Mapping[str, object]) -> bool:
    plain = {"method": "full", "optimizer": "adamw", "checkpointing": "none"}
    return all(settings.get(name, value) == value for name, value in plain.items())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def with_prediction(step: MeasuredStep) -> MeasuredStep:
    """The same measurement beside today's prediction.

    Raises:
        GlassboxError: its settings are none that can be measured.
    """
    processor = "cpu" if step.device == "cpu" else "gpu"
    prediction = predict(measured_plan(step.settings, processor))
    terms = tuple(replace(term, predicted=prediction.bytes_of(term.name)) for term in step.terms)
    return replace(
        step,
        terms=terms,
        predicted_trained=prediction.trainable_parameters,
        predicted_total=prediction.total_per_device,
    )


def read_grid(path: Path) -> GridResult:
    """A grid that the job has written.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("memory.check.error.result", file=path.name) from error
    result = result_from_json(GridResult, value, path.name)
    if not result.rows:
        raise GlassboxError("memory.check.error.result", file=path.name)
    rows = tuple(replace(row, step=with_prediction(row.step)) for row in result.rows)
    return replace(result, rows=rows)


def shipped_step(settings: Mapping[str, object]) -> MeasuredStep | None:
    """The shipped measurement of these settings, where the grid has it.

    Raises:
        GlassboxError: the settings cannot be measured, or the shipped file is missing or damaged.
    """
    wanted = measured_plan(settings)
    steps = (row.step for row in shipped_grid().rows)
    return next((step for step in steps if measured_plan(step.settings) == wanted), None)


@cache
def shipped_grid() -> GridResult:
    """The forty steps that come with the project.

    Raises:
        GlassboxError: the file is missing or damaged.
    """
    return read_grid(SHIPPED)
