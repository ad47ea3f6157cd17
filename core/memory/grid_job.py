"""The job `memory.grid`: measure every row of the grid; what died goes on behind its last finished row."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import torch

from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.json_result import result_from_json
from core.memory.accelerate_estimate import accelerate_estimate
from core.memory.grid import GRID, RESULT_FILE, GridResult, GridRow
from core.memory.measure import measure

COMMAND = "python -m core job memory.grid"


def run(context: JobContext) -> None:
    """Do or go on with the grid; writes `grid.json`.

    The one parameter, `rows`, names the rows to measure by their number from 0; all where it is left out.

    Raises:
        GlassboxError: unknown parameters or rows, or a row too large for this machine.
        JobCancelled: the reader cancelled.
    """
    numbers = rows_from(context.parameters)
    saved = context.load_checkpoint() or {"rows": []}
    rows = [result_from_json(GridRow, row, RESULT_FILE) for row in saved["rows"]]
    for number in numbers[len(rows) :]:
        _report(context, rows, len(numbers))
        rows.append(measured_row(GRID[number]))
        context.save_checkpoint({"rows": [asdict(row) for row in rows]})
    _report(context, rows, len(numbers))
    context.write_result(RESULT_FILE, json.dumps(asdict(grid_result(rows)), indent=1) + "\n")


def rows_from(parameters: Mapping[str, Any]) -> tuple[int, ...]:
    """The numbers of the rows to measure.

    Raises:
        GlassboxError: an unknown parameter, or a row that is not there.

    >>> rows_from({"rows": [2, 0]})
    (2, 0)
    """
    rows = parameters.get("rows", list(range(len(GRID))))
    known = isinstance(rows, Sequence) and not isinstance(rows, str) and set(parameters) <= {"rows"}
    if not known or not rows or any(type(row) is not int or not 0 <= row < len(GRID) for row in rows):
        raise GlassboxError("memory.check.error.rows", most=len(GRID) - 1)
    return tuple(rows)


def measured_row(settings: Mapping[str, object]) -> GridRow:
    """One row: the step without its list of tensors, and accelerate's figure."""
    step = measure(settings)
    estimate = accelerate_estimate(str(settings["preset"]), str(settings.get("dtype", "fp32")))
    return GridRow(replace(step, tensors=(), blocks=()), estimate)


def grid_result(rows: Sequence[GridRow]) -> GridResult:
    """The rows with what is needed to repeat them."""
    return GridResult(
        command=COMMAND,
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "transformers", "peft", "accelerate")},
        machine=platform.machine(),
        cores=os.cpu_count() or 1,
        threads=torch.get_num_threads(),
        date=datetime.now(UTC).date().isoformat(),
        rows=tuple(rows),
    )


def _report(context: JobContext, rows: Sequence[GridRow], total: int) -> None:
    values = {"activations": 100 * rows[-1].step.activations.error} if rows else {}
    context.progress(len(rows), total, message_key="memory.check.job.grid", **values)
