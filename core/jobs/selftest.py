"""Counts to N: the operator's check that background jobs work on this machine.

    parameters: {"steps": 20, "seconds": 0.5}

Each step waits `seconds` and is then saved, so that the check also shows that a killed worker goes
on where it was: the result lists which process did which step, and no step appears twice.
"""

import json
import os
import time
from typing import TYPE_CHECKING

from core.errors import GlassboxError

if TYPE_CHECKING:
    from core.jobs.context import JobContext

MOST_STEPS = 10_000
MOST_SECONDS = 3600.0


def run(context: "JobContext") -> None:
    """Count, save each step, and write `steps.json`: a list of {"step", "pid"}.

    Raises:
        GlassboxError: `steps` or `seconds` is not a number in its range.
        JobCancelled: the reader cancelled.
    """
    steps = int(_number(context, "steps", 1, MOST_STEPS))
    seconds = _number(context, "seconds", 0.0, MOST_SECONDS)
    state = context.load_checkpoint() or {"finished": []}
    finished: list[dict[str, int]] = state["finished"]
    context.progress(len(finished), steps, message_key="jobs.selftest.counting")
    for step in range(len(finished), steps):
        time.sleep(seconds)
        finished.append({"step": step, "pid": os.getpid()})
        context.save_checkpoint(state)
        context.progress(step + 1, steps, message_key="jobs.selftest.counting", step=step + 1)
    context.write_result("steps.json", json.dumps(finished))


def _number(context: "JobContext", name: str, low: float, high: float) -> float:
    value = context.parameters.get(name)
    if type(value) not in (int, float) or not low <= value <= high:  # type: ignore[operator]
        raise GlassboxError("jobs.error.range", name=name, low=low, high=high)
    return float(value)  # type: ignore[arg-type]
