"""Starting, stopping and removing jobs.

There is no scheduler process. Whoever looks (a submission, a page that polls, a worker that ends)
takes a file lock, counts what runs and starts what may start; so nothing has to survive but folders.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.errors import GlassboxError
from core.files import whole_folder
from core.jobs import store
from core.jobs.events import append_event
from core.jobs.kinds import check_kind
from core.jobs.process import identity_of, kill
from core.jobs.queue import Waiting, waiting_order
from core.jobs.spec import Spec, check_parameters, write_spec
from core.jobs.store import Job, JobState, all_jobs, jobs_folder, jobs_of, workspaces_folder
from core.settings import PROJECT_FOLDER, settings

MOST_UNFINISHED = 20
"""Jobs that one owner may have waiting and running."""
SECONDS_UNTIL_KILLED = 2.5
"""A worker so stuck that it cannot even end itself is ended by whoever looks, this long after the cancel."""
LOCK_TIMEOUT = 10.0


def submit(owner: str, kind: str, parameters: Mapping[str, Any]) -> Job:
    """Put a job in the queue, and start it if there is room.

    Raises:
        GlassboxError: no such kind, parameters that are not plain, too many jobs, or a disk that is
            full or read-only.
    """
    spec = Spec(check_kind(kind), check_parameters(parameters), time.time())
    with scheduler_lock():
        unfinished = sum(not job.state().ended for job in jobs_of(owner))
        if unfinished >= MOST_UNFINISHED:
            raise GlassboxError("jobs.error.too_many", limit=MOST_UNFINISHED)
        folder = jobs_folder(owner) / store.new_job_id()
        with whole_folder(folder) as temporary:
            write_spec(temporary, spec)
        _start_waiting()
    return store.job_in(folder)


def poll(job: Job) -> JobState:
    """How `job` stands now, after seeing to the queue if it has not ended."""
    state = job.state()
    if state.ended:
        return state
    look()
    return job.state()


def look() -> None:
    """Start what may start; end what was cancelled and did not stop."""
    unfinished = [(job, state) for job in all_jobs() if not (state := job.state()).ended]
    for job, state in unfinished:
        if state.cancelling and time.time() - _modified(job.cancel_file) > SECONDS_UNTIL_KILLED:
            _kill(job)
    if any(state.status == "queued" for _, state in unfinished):
        with scheduler_lock():
            _start_waiting()


def queue_place(job: Job) -> int:
    """How many jobs start before this one, counting itself; 0 if it does not wait."""
    return next((place for place, ahead in enumerate(_queue()[0], 1) if ahead.id == job.id), 0)


def cancel(job: Job) -> None:
    """Stop `job`: at once if it waits, within two seconds if it runs. Its checkpoint stays.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    with scheduler_lock():
        status = job.state().status
        if status == "queued":
            append_event(job.folder, {"event": "ended", "status": "cancelled"})
        elif status == "running" and not job.cancel_file.exists():
            with _disk_errors(job.folder):
                job.cancel_file.touch(mode=0o600)


def resume(job: Job) -> None:
    """Queue a cancelled or failed job again; it goes on from its checkpoint.

    Raises:
        GlassboxError: it waits, runs or is done; or the disk is full or read-only.
    """
    with scheduler_lock():
        if job.state().status not in ("cancelled", "failed"):
            raise GlassboxError("jobs.error.resume")
        with _disk_errors(job.folder):
            job.cancel_file.unlink(missing_ok=True)
        append_event(job.folder, {"event": "queued"})
        _start_waiting()


def delete(job: Job) -> None:
    """Remove `job` with its results; a running one must be cancelled first.

    Raises:
        GlassboxError: it runs, or the disk is read-only.
    """
    with scheduler_lock():
        if job.state().status == "running":
            raise GlassboxError("jobs.error.delete")
        remove_folder(job.folder)


def end_all(owner: str) -> None:
    """Stop everything of `owner` now, without leave to tidy up; returns when nothing runs any more.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    unfinished = [job for job in jobs_of(owner) if not job.state().ended]
    for job in reversed(unfinished):  # the waiting ones first, so that none starts meanwhile
        cancel(job)
    for job in unfinished:
        _kill(job)


def remove_folder(folder: Path) -> None:
    """Take `folder` away in one step, then delete it: no reader meets half of it.

    Raises:
        GlassboxError: the disk is read-only.
    """
    with _disk_errors(folder.parent):
        hidden = Path(tempfile.mkdtemp(prefix=".removed.", dir=folder.parent))
        try:
            if folder.exists():
                os.replace(folder, hidden / "content")
        finally:
            shutil.rmtree(hidden, ignore_errors=True)


@contextmanager
def scheduler_lock() -> Iterator[None]:
    """Only one process at a time counts, starts and removes jobs.

    Raises:
        GlassboxError: the disk is read-only, or another process holds the lock for ten seconds.
    """
    folder = workspaces_folder()
    with _disk_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / ".scheduler.lock", timeout=LOCK_TIMEOUT)
        try:
            lock.acquire()
        except Timeout as error:
            raise GlassboxError("jobs.error.busy") from error
    try:
        yield
    finally:
        lock.release()


def _queue() -> tuple[list[Waiting], list[str]]:
    """Who waits, in order, and the owners of what runs."""
    waiting, running = [], []
    for job in all_jobs():
        match job.state().status:
            case "queued":
                waiting.append(Waiting(job.owner, job.id, job.waiting_since()))
            case "running":
                running.append(job.owner)
    return waiting_order(waiting, running), running


def _start_waiting() -> None:
    """Start as many as there is room for; the caller holds the lock."""
    waiting, running = _queue()
    room = max(settings().max_jobs - len(running), 0)
    for turn in waiting[:room]:
        _start(store.job(turn.owner, turn.id))


def _start(job: Job) -> None:
    """Start a worker that outlives this process, its terminal and its session."""
    append_event(job.folder, {"event": "starting"})  # a disk that takes no event must not start processes
    command = [sys.executable, "-m", "core.jobs.worker", str(job.folder)]
    environment = {**os.environ, "GLASSBOX_HOME": str(settings().home.absolute()), "PYTHONUNBUFFERED": "1"}
    try:
        with (job.folder / store.LOG_NAME).open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=PROJECT_FOLDER,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError:
        append_event(
            job.folder,
            {"event": "ended", "status": "failed", "reason": {"key": "jobs.error.start", "values": {}}},
        )
        return
    identity = identity_of(process.pid)
    started = identity.started if identity else time.time()
    append_event(job.folder, {"event": "started", "pid": process.pid, "process_started": started})
    # Collect the process when it ends, or it would stay in the system's table as long as this one lives.
    threading.Thread(target=process.wait, daemon=True, name=f"collect-{process.pid}").start()


def _kill(job: Job) -> None:
    for process in job.processes():
        kill(process)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return float("inf")


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno or 5)
        raise GlassboxError("ui.error.disk", folder=str(folder), reason=reason) from error
