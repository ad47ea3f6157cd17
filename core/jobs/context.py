"""What a background job holds while it runs: its parameters, its folders, and how it reports.

A job is a function `run(context)`. It calls `context.progress` after every step: that is also where
a cancelled job stops. After a step that was dear it saves a checkpoint; when the process dies, the
next run finds that checkpoint and goes on from there:

    def run(context: JobContext) -> None:
        saved = context.load_checkpoint() or {"rows": []}
        for index in range(len(saved["rows"]), 100):
            saved["rows"].append(measure(index))
            context.save_checkpoint(saved)
            context.progress(index + 1, 100, repetition=saved["rows"][-1])
        context.write_result("rows.json", json.dumps(saved["rows"]))
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.errors import GlassboxError
from core.files import write_json_whole, write_text_whole

CHECKPOINT_NAME = "state.json"
SECONDS_BETWEEN_REPORTS = 0.1

_RESULT_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class JobCancelled(Exception):  # noqa: N818 - not an error: the reader asked for it
    """The reader cancelled the job; let it pass through, the worker records it."""


def _never() -> bool:
    return False


def _unreported(event: dict[str, Any]) -> None:
    """A job that is called without a worker, as in a test or a notebook, reports to no one."""


class JobContext:
    """The running job's side of its folder."""

    def __init__(
        self,
        parameters: Mapping[str, Any],
        checkpoint_folder: Path,
        result_folder: Path,
        report: Callable[[dict[str, Any]], None] = _unreported,
        cancelled: Callable[[], bool] = _never,
    ) -> None:
        self.parameters = parameters
        self.checkpoint_folder = checkpoint_folder
        self.result_folder = result_folder
        self._report = report
        self._cancelled = cancelled
        self._unsent: dict[str, Any] | None = None
        self._last_report = float("-inf")

    def progress(self, done: float, total: float, *, message_key: str = "", **values: float) -> None:
        """Tell how far the job is, and the newest values of its curves (plain numbers).

        Call it as often as you like: what comes sooner than a tenth of a second after the last
        report waits, and is replaced by newer progress. `message_key` names a sentence about the
        present stage ("Loading the model").

        Raises:
            JobCancelled: the reader cancelled the job.
        """
        self._unsent = {
            "event": "progress",
            "time": time.time(),
            "done": float(done),
            "total": float(total),
            "message_key": message_key,
            "values": {name: float(value) for name, value in values.items()},
        }
        if time.monotonic() - self._last_report >= SECONDS_BETWEEN_REPORTS:
            self.send_progress()
        self.check_cancelled()

    def send_progress(self) -> None:
        """Report progress that still waits; the worker calls it when the job ends."""
        if self._unsent is not None:
            event, self._unsent = self._unsent, None
            self._last_report = time.monotonic()
            self._report(event)

    def check_cancelled(self) -> None:
        """Stop here if the reader cancelled; cheap enough for an inner loop.

        Raises:
            JobCancelled: the reader cancelled the job.
        """
        if self._cancelled():
            raise JobCancelled

    def save_checkpoint(self, state: Mapping[str, Any]) -> None:
        """Replace the checkpoint by `state` (JSON), whole or not at all.

        Large arrays go to files of their own in `checkpoint_folder`, under a name with the step's
        number, written first; `state` then names them. So a killed job always finds files that
        belong together.

        Raises:
            GlassboxError: the disk is full or read-only.
        """
        write_json_whole(self.checkpoint_folder / CHECKPOINT_NAME, dict(state))

    def load_checkpoint(self) -> dict[str, Any] | None:
        """The state that was saved last, or None in a first run.

        Raises:
            GlassboxError: the file is not what `save_checkpoint` wrote.
        """
        path = self.checkpoint_folder / CHECKPOINT_NAME
        if not path.exists():
            return None
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise GlassboxError("jobs.error.checkpoint") from error
        if not isinstance(state, dict):
            raise GlassboxError("jobs.error.checkpoint")
        return state

    def write_result(self, name: str, text: str) -> Path:
        """Keep `text` as the file `name` of the job's result.

        Raises:
            GlassboxError: the disk is full or read-only.
            ValueError: `name` is not a plain file name.
        """
        if not _RESULT_NAME.fullmatch(name):
            raise ValueError(f"not a plain file name: {name!r}")
        path = self.result_folder / name
        write_text_whole(path, text)
        return path
