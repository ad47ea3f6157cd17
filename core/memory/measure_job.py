"""The job `memory.measure`: one training step counted, in a process of its own."""

import json
from dataclasses import asdict
from pathlib import Path

from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.json_result import result_from_json
from core.memory.measure import MeasuredStep, measure

RESULT_FILE = "step.json"


def run(context: JobContext) -> None:
    """Measure the step that the parameters describe; writes `step.json`.

    Raises:
        GlassboxError: settings that cannot be measured, or a step too large for this machine.
        JobCancelled: the reader cancelled.
    """
    context.progress(0, 1, message_key="memory.check.job.step")
    step = measure(context.parameters)
    context.write_result(RESULT_FILE, json.dumps(asdict(step), indent=1))
    context.progress(1, 1, message_key="memory.check.job.step")


def read_step(path: Path) -> MeasuredStep:
    """A step that the job has written.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("memory.check.error.result", file=path.name) from error
    return result_from_json(MeasuredStep, value, path.name)
