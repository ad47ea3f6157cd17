"""What the queue refuses or sees through, without a worker of its own."""

import os
from pathlib import Path

import psutil
import pytest

from core import jobs
from core.errors import GlassboxError
from core.jobs import scheduler
from core.jobs.events import append_event
from core.jobs.store import Job

OWNER = "0123456789abcdef"
OTHER = "fedcba9876543210"

pytestmark = pytest.mark.usefixtures("empty_home")


def submit(steps: int, seconds: float, owner: str = OWNER) -> Job:
    return jobs.submit(owner, "jobs.selftest", {"steps": steps, "seconds": seconds})


def test_a_home_that_cannot_be_written_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("GLASSBOX_HOME", str(blocked / "home"))
    with pytest.raises(GlassboxError) as caught:
        submit(steps=1, seconds=0.0)
    assert caught.value.key == "ui.error.disk"
    assert jobs.jobs_of(OWNER) == []


def test_a_process_that_cannot_be_started_fails_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler.sys, "executable", "/no/such/python")
    job = submit(steps=1, seconds=0.0)
    assert job.state().status == "failed"
    assert job.state().reason.key == "jobs.error.start"


def test_a_recycled_process_number_is_not_taken_for_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")
    job = submit(steps=1, seconds=0.0)
    long_ago = psutil.Process().create_time() - 3600
    append_event(job.folder, {"event": "started", "pid": os.getpid(), "process_started": long_ago})
    state = job.state()
    assert (state.status, state.reason.key) == ("failed", "jobs.error.died")
    now = submit(steps=1, seconds=0.0)
    started = psutil.Process().create_time()
    append_event(now.folder, {"event": "started", "pid": os.getpid(), "process_started": started})
    assert now.state().status == "running"


def test_an_owner_may_not_fill_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")
    for _ in range(scheduler.MOST_UNFINISHED):
        submit(steps=1, seconds=0.0)
    with pytest.raises(GlassboxError, match="already have 20 jobs"):
        submit(steps=1, seconds=0.0)
    submit(steps=1, seconds=0.0, owner=OTHER)
