"""Jobs in real processes: they finish, stop, die, go on, and wait for one another."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core import jobs
from core.errors import GlassboxError
from core.jobs.process import kill
from core.jobs.store import Job, JobState, all_jobs
from core.settings import PROJECT_FOLDER

Wait = Callable[..., JobState]
OWNER = "0123456789abcdef"
OTHER = "fedcba9876543210"


@pytest.fixture
def home(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own for each test, and every worker that it started ended with it."""
    monkeypatch.delenv("GLASSBOX_MAX_JOBS", raising=False)
    yield empty_home
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")  # a worker that ends must not be followed by another
    for job in all_jobs():
        for process in job.processes():
            kill(process)


def wait_until(job: Job, arrived: Callable[[JobState], bool], seconds: float = 20.0) -> JobState:
    """Poll `job` as a page does until `arrived`, or fail."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = jobs.poll(job)
        if arrived(state):
            return state
        time.sleep(0.02)
    raise AssertionError(f"after {seconds} s the job is still {state}\n" + "\n".join(job.last_lines()))


@pytest.fixture
def wait() -> Callable[..., JobState]:
    return wait_until


pytestmark = pytest.mark.usefixtures("home")


def submit(steps: int, seconds: float, owner: str = OWNER) -> Job:
    return jobs.submit(owner, "jobs.selftest", {"steps": steps, "seconds": seconds})


def steps_of(job: Job) -> list[dict[str, int]]:
    return json.loads((job.result_folder / "steps.json").read_text())


def runs_of(job: Job) -> int:
    """How many workers began this job, by its log."""
    return (job.folder / "log.txt").read_text().count("started as process")


def test_a_job_finishes_and_tells_how_far_it_is(wait: Wait) -> None:
    job = submit(steps=12, seconds=0.2)
    middle = wait(job, lambda state: state.done >= 6)
    assert middle.status == "running"
    assert middle.total == 12
    assert middle.values["step"] == middle.done
    assert middle.message_key == "jobs.selftest.counting"
    # About 0.2 s a step; a busy machine may be slower, but never five times off either way.
    assert 0.04 * (12 - middle.done) <= middle.seconds_left <= 1.0 * (12 - middle.done)
    end = wait(job, lambda state: state.ended)
    assert (end.status, end.done, end.seconds_left, end.reason) == ("done", 12, None, None)
    assert [entry["step"] for entry in steps_of(job)] == list(range(12))
    assert job.curves()["step"][-1] == (12.0, 12.0)


def test_the_worker_is_nicer_and_detached(wait: Wait) -> None:
    job = submit(steps=100, seconds=0.1)
    wait(job, lambda state: state.done >= 1)
    (process,) = job.processes()
    assert psutil.Process(process.pid).nice() >= 10
    assert os.getsid(process.pid) == process.pid != os.getsid(0)


@pytest.mark.parametrize(("steps", "seconds"), [(1000, 0.05), (1, 60.0)], ids=["listens", "ignores it"])
def test_cancel_within_two_seconds(steps: int, seconds: float, wait: Wait) -> None:
    job = submit(steps, seconds)
    wait(job, lambda state: state.total == steps)
    (process,) = job.processes()
    began = time.monotonic()
    jobs.cancel(job)
    state = wait(job, lambda state: state.ended)
    latency = time.monotonic() - began
    assert state.status == "cancelled"
    assert latency < 2.0
    print(f"cancelled after {latency:.2f} s")
    psutil.wait_procs([psutil.Process(process.pid)] if psutil.pid_exists(process.pid) else [], timeout=2)
    assert not job.processes()


def test_a_cancelled_job_keeps_its_checkpoint_and_can_be_resumed(wait: Wait) -> None:
    job = submit(steps=6, seconds=0.15)
    wait(job, lambda state: state.done >= 2)
    jobs.cancel(job)
    state = wait(job, lambda state: state.ended)
    saved = json.loads((job.checkpoint_folder / "state.json").read_text())["finished"]
    assert state.status == "cancelled"
    assert 2 <= len(saved) < 6
    jobs.resume(job)
    end = wait(job, lambda state: state.ended)
    assert (end.status, end.resumptions) == ("done", 1)
    assert steps_of(job)[: len(saved)] == saved


def test_a_worker_too_stuck_to_end_itself_is_ended_by_whoever_looks(wait: Wait) -> None:
    job = submit(steps=1000, seconds=0.05)
    wait(job, lambda state: state.done >= 1)
    (process,) = job.processes()
    os.kill(process.pid, signal.SIGSTOP)
    jobs.cancel(job)
    assert wait(job, lambda state: state.ended, 6).status == "cancelled"


def test_a_killed_worker_is_shown_failed_and_resumes_where_it_was(wait: Wait) -> None:
    job = submit(steps=8, seconds=0.15)
    wait(job, lambda state: state.done >= 3)
    (process,) = job.processes()
    os.kill(process.pid, signal.SIGKILL)
    state = wait(job, lambda state: state.ended)
    assert state.status == "failed"
    assert state.reason.key == "jobs.error.died"
    assert any("started as process" in line for line in state.last_lines)
    saved = json.loads((job.checkpoint_folder / "state.json").read_text())["finished"]
    assert len(saved) >= 3

    jobs.resume(job)
    end = wait(job, lambda state: state.ended)
    assert (end.status, end.resumptions) == ("done", 1)
    steps = steps_of(job)
    assert [entry["step"] for entry in steps] == list(range(8))
    assert steps[: len(saved)] == saved, "finished steps were done again"
    assert {entry["pid"] for entry in steps[len(saved) :]}.isdisjoint({process.pid})


def test_a_job_survives_the_death_of_the_server_that_started_it(home: Path, wait: Wait) -> None:
    program = (
        "import sys, time\nfrom core import jobs\n"
        f"job = jobs.submit({OWNER!r}, 'jobs.selftest', {{'steps': 15, 'seconds': 0.1}})\n"
        "print(job.id, flush=True)\ntime.sleep(60)\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT_FOLDER,
        start_new_session=True,
    )
    job_id = server.stdout.readline().strip()
    os.killpg(server.pid, signal.SIGKILL)  # the whole session of the server, as a closed terminal does
    server.communicate()
    (job,) = jobs.jobs_of(OWNER)
    assert job.id == job_id
    assert job.state().status == "running"
    assert wait(job, lambda state: state.ended).status == "done"
    assert runs_of(job) == 1


def test_one_job_runs_at_a_time_and_the_queue_moves_on_without_any_page() -> None:
    three = [submit(steps=4, seconds=0.1) for _ in range(3)]
    assert [job.state().status for job in three] == ["running", "queued", "queued"]
    assert [jobs.queue_place(job) for job in three] == [0, 1, 2]
    most, end = 0, time.monotonic() + 20
    while not all(job.state().ended for job in three) and time.monotonic() < end:  # state() starts nothing
        most = max(most, sum(job.state().status == "running" for job in three))
        time.sleep(0.02)
    assert [job.state().status for job in three] == ["done"] * 3
    assert most == 1


def test_two_jobs_run_together_where_the_settings_say_so(monkeypatch: pytest.MonkeyPatch, wait: Wait) -> None:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "2")
    three = [submit(steps=3, seconds=0.1) for _ in range(3)]
    assert [job.state().status for job in three] == ["running", "running", "queued"]
    assert [wait(job, lambda state: state.ended).status for job in three] == ["done"] * 3


def test_a_waiting_job_is_cancelled_and_deleted_without_ever_starting() -> None:
    running, waiting = submit(1000, 0.1), submit(3, 0.1)
    jobs.cancel(waiting)
    assert waiting.state().status == "cancelled"
    assert waiting.state().total == 0
    jobs.delete(waiting)
    assert [job.id for job in jobs.jobs_of(OWNER)] == [running.id]
    with pytest.raises(GlassboxError, match="cancel it before"):
        jobs.delete(running)
    with pytest.raises(GlassboxError, match="Only a cancelled or failed"):
        jobs.resume(running)
    with pytest.raises(GlassboxError, match="no longer there"):
        jobs.job(OWNER, waiting.id)
    with pytest.raises(GlassboxError, match="no longer there"):
        jobs.job(OTHER, running.id)


def test_four_processes_that_look_at_once_start_a_job_once(
    monkeypatch: pytest.MonkeyPatch, wait: Wait
) -> None:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")
    pair = [submit(steps=3, seconds=0.1) for _ in range(2)]
    environment = {**os.environ, "GLASSBOX_MAX_JOBS": "1"}
    program = "import sys\nfrom core import jobs\nsys.stdin.read(1)\njobs.look()\n"
    lookers = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, cwd=PROJECT_FOLDER, env=environment
        )
        for _ in range(4)
    ]
    time.sleep(1.0)  # all have imported and wait for their sign
    for looker in lookers:
        looker.stdin.write(b"x")
        looker.stdin.flush()
    for looker in lookers:
        looker.communicate(timeout=20)
    assert [wait(job, lambda state: state.ended).status for job in pair] == ["done"] * 2
    assert [runs_of(job) for job in pair] == [1, 1]


def test_two_workers_by_hand_do_not_run_one_job_twice(monkeypatch: pytest.MonkeyPatch, wait: Wait) -> None:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")
    job = submit(steps=45, seconds=0.1)
    command = [sys.executable, "-m", "core.jobs.worker", str(job.folder)]
    workers = [
        subprocess.Popen(command, cwd=PROJECT_FOLDER, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    messages = [worker.communicate(timeout=20)[1] for worker in workers]
    assert sorted(worker.returncode for worker in workers) == [0, 3]
    assert sorted(messages) == ["Another process is already working on this job.\n", "done\n"]
    assert runs_of(job) == 1
    assert len({entry["pid"] for entry in steps_of(job)}) == 1
    again = subprocess.run(command, cwd=PROJECT_FOLDER, capture_output=True, text=True)
    assert (again.returncode, again.stderr.count("\n")) == (3, 1)


def test_a_worker_by_hand_goes_on_with_a_cancelled_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")
    job = submit(steps=2, seconds=0.0)
    jobs.cancel(job)
    command = [sys.executable, "-m", "core.jobs.worker", str(job.folder)]
    assert subprocess.run(command, cwd=PROJECT_FOLDER).returncode == 0
    assert (job.state().status, job.state().resumptions) == ("done", 1)


def test_a_refusal_inside_the_job_is_its_reason(wait: Wait) -> None:
    job = submit(steps=-1, seconds=0.1)
    state = wait(job, lambda state: state.ended)
    assert state.status == "failed"
    assert state.reason.text("en") == "steps must be a number from 1 to 10000."
    assert state.reason.text("zh") == "steps 必须是 1 到 10000 之间的数字。"


def test_an_unexpected_problem_is_told_in_general_and_logged_in_full(wait: Wait) -> None:
    broken = submit(steps=3, seconds=30.0)
    wait(broken, lambda state: state.total == 3)
    jobs.cancel(broken)
    wait(broken, lambda state: state.ended)
    # A checkpoint that is JSON, but not this job's: the job itself stumbles over it.
    broken.checkpoint_folder.mkdir(exist_ok=True)
    (broken.checkpoint_folder / "state.json").write_text('{"something": "else"}')
    jobs.resume(broken)
    state = wait(broken, lambda state: state.ended)
    assert state.status == "failed"
    assert state.reason.key == "jobs.error.failed"
    assert "KeyError" not in str(state.reason)
    assert any("KeyError" in line for line in state.last_lines)


def test_a_job_that_cannot_write_fails_with_one_sentence(monkeypatch: pytest.MonkeyPatch, wait: Wait) -> None:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")
    job = submit(steps=2, seconds=0.0)
    (job.folder / "checkpoint").write_text("a file where the folder should be")
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "1")
    state = wait(job, lambda state: state.ended)
    assert state.status == "failed"
    assert state.reason.key == "ui.error.disk"
