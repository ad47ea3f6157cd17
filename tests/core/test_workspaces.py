"""What expires, what stays, and what is deleted on request."""

import os
import time
from pathlib import Path

import pytest

from core import jobs, workspaces
from core.errors import GlassboxError
from core.jobs.events import append_event
from core.jobs.store import workspace_folder, workspaces_folder

OWNER = "0123456789abcdef"
DAY = 24 * 3600.0


@pytest.fixture(autouse=True)
def home(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")  # jobs wait, so that a test decides how they stand
    monkeypatch.delenv("GLASSBOX_KEEP_HOURS", raising=False)
    return empty_home


def bring(owner: str, hours_ago: float) -> Path:
    """A workspace with one upload, last used `hours_ago`."""
    upload = workspace_folder(owner) / "uploads" / "text"
    upload.parent.mkdir(parents=True)
    upload.write_text("mine")
    workspaces.touch(owner)
    moment = time.time() - hours_ago * 3600
    for path in (workspace_folder(owner) / "last_used", workspace_folder(owner)):
        os.utime(path, (moment, moment))
    return upload


def test_what_no_one_used_for_a_day_expires_and_nothing_else() -> None:
    old, recent, kept = bring("a1", 25), bring("b2", 23), bring("c3", 1000)
    workspaces.keep("c3", True)
    os.utime(workspace_folder("c3"), (0, 0))
    assert workspaces.delete_expired() == ["a1"]
    assert (old.exists(), recent.exists(), kept.exists()) == (False, True, True)
    assert workspaces.delete_expired(time.time() + 2 * DAY) == ["b2"]
    workspaces.keep("c3", False)
    assert workspaces.delete_expired(time.time() + 2 * DAY) == ["c3"]
    assert [path.name for path in workspaces_folder().iterdir()] == [".scheduler.lock"]


def test_the_hours_are_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    bring("a1", 3)
    monkeypatch.setenv("GLASSBOX_KEEP_HOURS", "2.5")
    assert workspaces.delete_expired() == ["a1"]


def test_a_visit_counts_as_a_use() -> None:
    bring("a1", 25)
    workspaces.touch("a1")
    assert workspaces.delete_expired() == []


def test_a_visitor_without_things_leaves_no_folder() -> None:
    workspaces.touch(OWNER)
    assert not workspace_folder(OWNER).exists()


def test_unfinished_jobs_protect_and_their_end_counts_as_a_use() -> None:
    job = jobs.submit(OWNER, "jobs.selftest", {"steps": 1, "seconds": 0.0})
    assert workspaces.delete_expired(time.time() + 100 * DAY) == []
    append_event(job.folder, {"event": "ended", "status": "done", "time": time.time() + 99.5 * DAY})
    assert workspaces.delete_expired(time.time() + 100 * DAY) == []
    assert workspaces.delete_expired(time.time() + 101 * DAY) == [OWNER]
    assert not job.folder.exists()


def test_delete_stops_what_runs_and_leaves_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    other = bring("b2", 0)
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "1")
    running = jobs.submit(OWNER, "jobs.selftest", {"steps": 1, "seconds": 60})
    waiting = jobs.submit(OWNER, "jobs.selftest", {"steps": 1, "seconds": 60})
    (process,) = running.processes()
    workspaces.delete(OWNER)
    assert not workspace_folder(OWNER).exists()
    assert other.exists()
    assert waiting.state().status == "queued"  # no folder, no story
    from core.jobs.process import is_alive

    end = time.monotonic() + 2
    while is_alive(process) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_alive(process)
    assert not workspace_folder(OWNER).exists(), "a dying worker wrote its folder anew"


def test_tidying_is_rare() -> None:
    bring("a1", 25)
    workspaces.tidy()
    assert not workspace_folder("a1").exists()
    bring("b2", 25)
    workspaces.tidy()
    assert workspace_folder("b2").exists()
    workspaces.tidy(time.time() + 700)
    assert not workspace_folder("b2").exists()


def test_keeping_where_nothing_can_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path / "a-file" / "home"))
    with pytest.raises(GlassboxError) as caught:
        workspaces.keep(OWNER, True)
    assert caught.value.key == "ui.error.disk"
