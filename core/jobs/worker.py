"""The process that does a job: `python -m core.jobs.worker FOLDER`.

The pages start it in this way, and so may a person: then a failed or cancelled job goes on from its
checkpoint. Under torchrun or accelerate every process runs the job's function, and only the one of
rank 0 reports and saves. Exit status: 0 done, 1 failed, 2 not a job, 3 refused, 130 cancelled.
"""

import logging
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.jobs.events import append_event
from core.jobs.kinds import job_function
from core.jobs.process import ProcessIdentity, identity_of, kill_children
from core.jobs.scheduler import look
from core.jobs.spec import Spec, read_spec
from core.jobs.store import CANCEL_NAME, LOG_NAME, job_in
from core.settings import settings

EXIT_STATUS = {"done": 0, "failed": 1, "cancelled": 130}
NOT_A_JOB = 2
REFUSED = 3

SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_OF_GRACE = 1.5
"""What a cancelled job has to come back by itself, before its process ends under it."""
SECONDS_TO_WAIT_FOR_PREDECESSOR = 3.0
PRIORITY_STEP = 10
"""How much nicer than the pages the worker is: the page that shows its progress stays quick."""

_log = logging.getLogger("glassbox.worker")


def main(arguments: list[str]) -> int:
    """Do the job in the folder that `arguments` name, and return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m core.jobs.worker FOLDER\n")
        return NOT_A_JOB
    folder = Path(arguments[0]).absolute()
    try:
        spec = read_spec(folder)
        prepare_process()
        if os.environ.get("RANK", "0") != "0":
            job_function(spec.kind)(_silent_context(folder, spec))
            return 0
        with FileLock(folder / "worker.lock", timeout=SECONDS_TO_WAIT_FOR_PREDECESSOR):
            status = _run_alone(folder, spec)
        look()  # the next in the queue may start
    except GlassboxError as error:
        sys.stderr.write(f"{error}\n")
        return NOT_A_JOB
    except Timeout:
        sys.stderr.write(f"{GlassboxError('jobs.error.running')}\n")
        return REFUSED
    return status


def prepare_process() -> None:
    """Lower this process's priority and share the cores among the jobs that may run together.

    Environment variables, because the libraries that read them are imported later, by the job.
    """
    if hasattr(os, "nice"):
        os.nice(max(PRIORITY_STEP - os.nice(0), 0))
    # The next worker inherits what this one set, and must divide the same whole, not the share.
    whole = int(os.environ.setdefault("GLASSBOX_ALL_THREADS", str(settings().thread_count)))
    threads = str(max(whole // max(settings().max_jobs, 1), 1))
    os.environ["GLASSBOX_THREADS"] = threads
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = threads
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


def _run_alone(folder: Path, spec: Spec) -> int:
    """Do the job; this process holds its lock."""
    if (status := job_in(folder).state().status) == "done":
        sys.stderr.write(f"{GlassboxError('jobs.error.done')}\n")
        return REFUSED
    if status in ("failed", "cancelled"):  # someone runs it by hand: that is a resumption
        (folder / CANCEL_NAME).unlink(missing_ok=True)
        append_event(folder, {"event": "queued"})
    process = identity_of(os.getpid()) or ProcessIdentity(os.getpid(), time.time())
    append_event(folder, {"event": "started", "pid": process.pid, "process_started": process.started})
    terminal = _write_to_log(folder)
    _log.info("%s started as process %d", spec.kind, process.pid)

    cancelled = threading.Event()
    threading.Thread(target=_watch_for_cancel, args=(folder, cancelled), daemon=True).start()
    ending = _do(folder, spec, cancelled)
    append_event(folder, {"event": "ended", **ending})
    _log.info("%s: %s", spec.kind, ending["status"])
    os.write(terminal, f"{ending['status']}\n".encode())
    return EXIT_STATUS[ending["status"]]


def _do(folder: Path, spec: Spec, cancelled: threading.Event) -> dict[str, Any]:
    """Call the job's function; how it ended, as an event."""
    context = JobContext(
        spec.parameters,
        folder / "checkpoint",
        folder / "result",
        report=partial(append_event, folder),
        cancelled=cancelled.is_set,
    )
    try:
        job_function(spec.kind)(context)
        context.send_progress()
    except (JobCancelled, KeyboardInterrupt):
        return {"status": "cancelled"}
    except GlassboxError as error:
        _log.exception("failed")
        return _failed(error.key, error.values)
    except MemoryError:
        _log.exception("failed")
        return _failed("jobs.error.memory", {})
    except BaseException:  # whatever a job may raise is recorded, in the log in full
        _log.exception("failed")
        return _failed("jobs.error.failed", {})
    return {"status": "done"}


def _failed(key: str, values: dict[str, object]) -> dict[str, Any]:
    return {"status": "failed", "reason": {"key": key, "values": values}}


def _watch_for_cancel(folder: Path, cancelled: threading.Event) -> None:
    """Tell the job that it was cancelled; after the grace end the process, whatever it is doing."""
    while not (folder / CANCEL_NAME).exists():
        time.sleep(SECONDS_BETWEEN_LOOKS)
    cancelled.set()
    time.sleep(SECONDS_OF_GRACE)
    try:
        append_event(folder, {"event": "ended", "status": "cancelled"})
        _log.info("cancelled; it did not stop by itself")
        look()
    finally:
        kill_children()
        os._exit(EXIT_STATUS["cancelled"])


def _write_to_log(folder: Path) -> int:
    """Send all that this process prints to the job's log; returns where it went before."""
    before = os.dup(2)
    log = os.open(folder / LOG_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", force=True)
    return before


def _silent_context(folder: Path, spec: Spec) -> JobContext:
    """The context of a process that computes along and leaves the reporting to rank 0."""
    return JobContext(
        spec.parameters, folder / "checkpoint", folder / "result", cancelled=(folder / CANCEL_NAME).exists
    )


if __name__ == "__main__":
    exit_status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_status)  # a thread that the job left behind must not keep the process alive
