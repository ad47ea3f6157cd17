"""Where jobs lie and how they stand: `home/workspaces/<owner>/jobs/<id>`.

Reading only. Nothing here starts, stops or changes a job: see `core.jobs.scheduler`.
"""

import logging
import math
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import GlassboxError
from core.jobs.events import History, history_of
from core.jobs.process import ProcessIdentity, is_alive
from core.jobs.spec import Spec, read_spec
from core.jobs.time_left import seconds_left
from core.settings import settings
from core.wording import all_wording

Status = Literal["queued", "running", "cancelled", "failed", "done"]

CANCEL_NAME = "cancel"
LOG_NAME = "log.txt"
LINES_SHOWN = 20

_OWNER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_JOB = re.compile(r"[0-9]{13}-[0-9a-f]{8}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobState:
    """How a job stands at one moment."""

    status: Status
    done: float
    total: float
    message_key: str
    """A sentence about the present stage, or empty."""
    seconds_left: float | None
    reason: GlassboxError | None
    """Why it failed."""
    last_lines: tuple[str, ...]
    """The end of its log, if it failed."""
    values: Mapping[str, float]
    """The newest value of each curve."""
    resumptions: int
    cancelling: bool
    """It was told to stop and has not yet."""

    @property
    def ended(self) -> bool:
        """Neither waiting nor running."""
        return self.status not in ("queued", "running")

    @property
    def fraction(self) -> float:
        """How much is done, from 0 to 1."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total > 0 else 0.0


@dataclass(frozen=True)
class Job:
    """One job of one owner; what it says about itself is read from its folder each time."""

    owner: str
    id: str
    folder: Path
    kind: str
    parameters: Mapping[str, Any]
    submitted: float
    """Seconds since 1970."""

    @property
    def checkpoint_folder(self) -> Path:
        """What the job would go on from."""
        return self.folder / "checkpoint"

    @property
    def result_folder(self) -> Path:
        """What it wrote with `write_result`."""
        return self.folder / "result"

    @property
    def cancel_file(self) -> Path:
        """It stops when this file appears."""
        return self.folder / CANCEL_NAME

    def state(self) -> JobState:
        """How the job stands now; reads only what is new since the last look."""
        status, processes = self._status()
        if status == "failed" and processes:  # its end may have been written between our two looks
            status, processes = self._status()
        with history_of(self.folder) as history:
            reason = _reason(history) if status == "failed" else None
            return JobState(
                status=status,
                done=history.done,
                total=history.total,
                message_key=history.message_key if history.message_key in all_wording() else "",
                seconds_left=_seconds_left(history) if status == "running" else None,
                reason=reason,
                last_lines=self.last_lines() if status == "failed" else (),
                values=dict(history.values),
                resumptions=history.resumptions,
                cancelling=status == "running" and self.cancel_file.exists(),
            )

    def _status(self) -> tuple[Status, list[ProcessIdentity]]:
        with history_of(self.folder) as history:
            if history.ending:
                return history.ending, []  # type: ignore[return-value]
            processes = list(history.processes)
        if not processes:
            return "queued", []
        if any(is_alive(process) for process in processes):
            return "running", processes
        return ("cancelled" if self.cancel_file.exists() else "failed"), processes

    def processes(self) -> list[ProcessIdentity]:
        """Whoever works on the job now."""
        with history_of(self.folder) as history:
            return [process for process in history.processes if is_alive(process)]

    def waiting_since(self) -> float:
        """When it joined the queue for the last time, in seconds since 1970."""
        with history_of(self.folder) as history:
            return history.queued_at or self.submitted

    def last_used(self) -> float:
        """When something last happened to it, in seconds since 1970."""
        with history_of(self.folder) as history:
            return max(self.submitted, history.last_time)

    def curves(self) -> dict[str, list[tuple[float, float]]]:
        """Every value that the job reported, as (done, value) points."""
        with history_of(self.folder) as history:
            return {name: list(points) for name, points in history.curves.items()}

    def last_lines(self, count: int = LINES_SHOWN) -> tuple[str, ...]:
        """The end of the log, as text that may hold anything."""
        try:
            with (self.folder / LOG_NAME).open("rb") as file:
                file.seek(max(file.seek(0, 2) - 8192, 0))
                return tuple(file.read().decode("utf-8", errors="replace").splitlines()[-count:])
        except OSError:
            return ()


def _seconds_left(history: History) -> float | None:
    left = seconds_left(list(history.samples), history.total, time.time())
    return left if left is not None and math.isfinite(left) else None


def _reason(history: History) -> GlassboxError:
    """The recorded reason; the file may be damaged, so it is read with doubt."""
    if not history.ending:
        return GlassboxError("jobs.error.died")
    try:
        recorded = history.reason or {}
        return GlassboxError(str(recorded["key"]), **recorded["values"])
    except (KeyError, TypeError, ValueError):
        return GlassboxError("jobs.error.failed")


def workspaces_folder() -> Path:
    """The folder of all workspaces."""
    return settings().home.absolute() / "workspaces"


def workspace_folders() -> list[Path]:
    """The folder of each workspace that has anything."""
    try:
        return sorted(folder for folder in workspaces_folder().iterdir() if _OWNER.fullmatch(folder.name))
    except OSError:
        return []


def workspace_folder(owner: str) -> Path:
    """The folder of everything that `owner` brought or made; it need not exist yet.

    Raises:
        ValueError: `owner` is not a workspace's hash (no reader can cause this).
    """
    if not _OWNER.fullmatch(owner):
        raise ValueError(f"not an owner: {owner!r}")
    return workspaces_folder() / owner


def jobs_folder(owner: str) -> Path:
    """The folder of `owner`'s jobs."""
    return workspace_folder(owner) / "jobs"


def new_job_id() -> str:
    """A name that sorts by time: milliseconds, then chance."""
    return f"{int(time.time() * 1000):013d}-{secrets.token_hex(4)}"


def job(owner: str, job_id: str) -> Job:
    """One job of `owner`.

    Raises:
        GlassboxError: `owner` has no such job, or its spec is not one of this project.
    """
    folder = jobs_folder(owner) / job_id
    if not _JOB.fullmatch(job_id) or not folder.is_dir():
        raise GlassboxError("jobs.error.missing")
    return job_in(folder)


def job_in(folder: Path) -> Job:
    """The job in `folder`.

    Raises:
        GlassboxError: its spec is not one of this project.
    """
    spec: Spec = read_spec(folder)
    return Job(folder.parent.parent.name, folder.name, folder, spec.kind, spec.parameters, spec.submitted)


def jobs_of(owner: str) -> list[Job]:
    """All jobs of `owner`, the oldest first."""
    return _jobs_in(jobs_folder(owner))


def all_jobs() -> list[Job]:
    """Everyone's jobs, for the queue."""
    return [job for folder in workspace_folders() for job in _jobs_in(folder / "jobs")]


def _jobs_in(jobs: Path) -> list[Job]:
    try:
        folders = sorted(folder for folder in jobs.iterdir() if _JOB.fullmatch(folder.name))
    except OSError:
        return []
    found = []
    for folder in folders:
        try:
            found.append(job_in(folder))
        except GlassboxError:
            _log.debug("passed over a job without a readable spec: %s", folder.name)
    return found
