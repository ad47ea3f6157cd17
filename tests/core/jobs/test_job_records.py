"""The files of a job, read with doubt: torn lines, foreign specs, odd values."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.jobs.events import EVENTS_NAME, History, append_event, history_of
from core.jobs.kinds import KINDS
from core.jobs.process import ProcessIdentity, identity_of, is_alive
from core.jobs.queue import Waiting, waiting_order
from core.jobs.spec import LARGEST_SPEC, Spec, check_parameters, read_spec, write_spec
from core.jobs.store import job_in, jobs_of, workspace_folder
from core.jobs.time_left import seconds_left
from core.settings import PROJECT_FOLDER


def progress(done: float, when: float = 1.0, **values: float) -> dict:
    return {"event": "progress", "time": when, "done": done, "total": 10, "message_key": "", "values": values}


def test_a_torn_last_line_is_passed_over_and_the_next_writer_starts_a_new_one(tmp_path: Path) -> None:
    append_event(tmp_path, progress(3))
    with (tmp_path / EVENTS_NAME).open("a") as file:
        file.write('{"event": "progress", "time": 2.0, "do')
    with history_of(tmp_path) as history:
        assert history.done == 3
    append_event(tmp_path, progress(4))
    with history_of(tmp_path) as history:
        assert history.done == 4
    assert len((tmp_path / EVENTS_NAME).read_text().splitlines()) == 3


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "null",
        "\\x00",
        '{"event": "ended", "status": "exploded", "time": 1}',
        '{"event": "progress", "time": 1, "done": "many", "total": 1, "message_key": "", "values": {}}',
        '{"event": "progress", "time": 1, "done": 1, "total": 1, "message_key": "", "values": 5}',
        '{"event": "started", "time": 1}',
    ],
)
def test_a_line_that_is_no_event_changes_nothing(tmp_path: Path, line: str) -> None:
    append_event(tmp_path, progress(3))
    with (tmp_path / EVENTS_NAME).open("a") as file:
        file.write(line + "\n")
    with history_of(tmp_path) as history:
        assert (history.done, history.ending, history.processes) == (3, "", [])


def test_a_poll_reads_only_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    add = History.add
    monkeypatch.setattr(History, "add", lambda self, event: (seen.append(event["done"]), add(self, event))[1])
    for done in range(3):
        append_event(tmp_path, progress(done))
        with history_of(tmp_path) as history:
            assert history.done == done
    with history_of(tmp_path):
        pass
    assert seen == [0, 1, 2]


def test_an_event_log_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    append_event(tmp_path, progress(9))
    with history_of(tmp_path) as history:
        assert history.done == 9
    (tmp_path / EVENTS_NAME).rename(tmp_path / "old")
    append_event(tmp_path, progress(2))
    with history_of(tmp_path) as history:
        assert history.done == 2


def test_a_long_curve_is_thinned_and_keeps_its_ends(tmp_path: Path) -> None:
    history = History()
    for done in range(5000):
        history.add(progress(done, loss=1.0 / (done + 1)))
    curve = history.curves["loss"]
    assert len(curve) <= 2001
    assert curve[0] == (0, 1.0)
    assert curve[-1] == (4999, 1.0 / 5000)


def test_a_resumed_curve_does_not_run_backwards() -> None:
    history = History()
    for done in (1, 2, 3, 3, 4):
        history.add(progress(done, loss=float(done)))
    assert [point[0] for point in history.curves["loss"]] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "not json",
        "[]",
        '{"kind": "jobs.selftest"}',
        '{"kind": "jobs.selftest", "parameters": [], "submitted": 1}',
        '{"kind": "jobs.selftest", "parameters": {}, "submitted": "now"}',
        '{"kind": "jobs.selftest", "parameters": {}, "submitted": NaN}',
        '{"kind": "jobs.selftest", "parameters": {"x": Infinity}, "submitted": 1}',
        '{"kind": "os.system", "parameters": {}, "submitted": 1}',
        '{"kind": ["jobs.selftest"], "parameters": {}, "submitted": 1}',
        '{"kind": "jobs.selftest", "parameters": {}, "submitted": 1, "module": "os"}',
        "[" * 100_000,
        " " * (LARGEST_SPEC + 1),
    ],
)
def test_a_foreign_spec_is_refused(empty_home: Path, content: str | None) -> None:
    folder = workspace_folder("ab") / "jobs" / "0000000000001-00000000"
    folder.mkdir(parents=True)
    if content is not None:
        (folder / "spec.json").write_text(content)
    with pytest.raises(GlassboxError):
        read_spec(folder)
    assert jobs_of("ab") == []


def test_the_worker_refuses_a_foreign_spec_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text('{"kind": "os.system", "parameters": {}, "submitted": 1}')
    command = [sys.executable, "-m", "core.jobs.worker", str(tmp_path)]
    run = subprocess.run(command, cwd=PROJECT_FOLDER, capture_output=True, text=True)
    assert run.returncode == 2
    assert run.stderr == "There is no kind of job called “os.system”.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["spec.json"]


@pytest.mark.parametrize(
    "parameters",
    [{"x": float("nan")}, {"x": object()}, {1: 2}, {"x": "\ud800"}, {"x": b"bytes"}, {"x": "a" * 600_000}],
    ids=["nan", "object", "number as a name", "lone surrogate", "bytes", "too large"],
)
def test_parameters_that_are_not_plain_are_refused(parameters: dict) -> None:
    with pytest.raises(GlassboxError):
        check_parameters(parameters)


def test_parameters_that_contain_themselves_are_refused() -> None:
    endless: dict = {}
    endless["x"] = endless
    with pytest.raises(GlassboxError):
        check_parameters(endless)


def test_a_spec_reads_as_it_was_written(tmp_path: Path) -> None:
    spec = Spec("jobs.selftest", {"text": "为什么 \u202e\x07", "list": [1, 2.5, None, True]}, 12.5)
    write_spec(tmp_path, spec)
    assert read_spec(tmp_path) == spec


def test_every_kind_names_a_module_of_this_project() -> None:
    for module, function in KINDS.values():
        assert module.startswith("core.")
        assert function.isidentifier()


def test_a_damaged_reason_becomes_the_general_one(empty_home: Path) -> None:
    folder = workspace_folder("ab") / "jobs" / "0000000000001-00000000"
    write_spec(folder, Spec("jobs.selftest", {}, 1.0))
    append_event(folder, {"event": "ended", "status": "failed", "reason": {"key": "no.such", "values": {}}})
    assert job_in(folder).state().reason.key == "jobs.error.failed"


def test_an_errors_values_survive_the_file(empty_home: Path) -> None:
    folder = workspace_folder("ab") / "jobs" / "0000000000001-00000000"
    write_spec(folder, Spec("jobs.selftest", {}, 1.0))
    values = {"megabytes": 3.26, "limit": 0.5, "path": Path("x")}
    reason = {"key": "jobs.error.parameters_size", "values": values}
    append_event(folder, {"event": "ended", "status": "failed", "reason": reason})
    assert "3.3 MB" in str(job_in(folder).state().reason)


def test_the_first_ending_counts() -> None:
    history = History()
    history.add({"event": "ended", "status": "cancelled", "time": 1})
    history.add({"event": "ended", "status": "done", "time": 2})
    assert history.ending == "cancelled"


def test_time_left_ignores_one_pause_and_counts_down_between_reports() -> None:
    steady = [(float(second), float(second)) for second in range(20)]
    paused = steady[:10] + [(when + 300, done) for when, done in steady[10:]]
    assert seconds_left(steady, 40, now=19.0) == pytest.approx(21)
    assert seconds_left(steady, 40, now=24.0) == pytest.approx(16)
    assert seconds_left(steady, 40, now=99.0) == 0.0
    assert seconds_left(paused, 40, now=319.0) == pytest.approx(21)
    every_fifth_is_slow = [(done + 9.0 * (done // 5), float(done)) for done in range(26)]
    assert seconds_left(every_fifth_is_slow, 125, now=70.0) == pytest.approx(280, rel=0.2)


def test_time_left_is_unknown_while_nothing_moves() -> None:
    assert seconds_left([], 10, 1.0) is None
    assert seconds_left([(0.0, 3.0), (5.0, 3.0)], 10, 6.0) is None


def test_the_queue_is_fair_between_owners_and_first_come_first_served_within() -> None:
    many = [Waiting("ann", f"a{n}", float(n)) for n in range(5)]
    late = [Waiting("bob", "b0", 10.0), Waiting("eve", "e0", 11.0), Waiting("bob", "b1", 12.0)]
    order = [job.id for job in waiting_order(many + late)]
    assert order == ["a0", "b0", "e0", "a1", "b1", "a2", "a3", "a4"]
    assert [job.id for job in waiting_order(many + late, running=["ann"])][:2] == ["b0", "e0"]


def test_a_process_that_ended_but_was_not_collected_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    identity = identity_of(child.pid)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays in the table
    assert identity is not None
    assert not is_alive(identity)
    child.wait()
    assert not is_alive(ProcessIdentity(2**22 + 1, 0.0))


def context_in(folder: Path, events: list, cancelled: bool = False) -> JobContext:
    return JobContext({}, folder / "checkpoint", folder / "result", events.append, lambda: cancelled)


def test_progress_that_comes_too_fast_waits_but_the_newest_is_never_lost(tmp_path: Path) -> None:
    events: list = []
    context = context_in(tmp_path, events)
    for done in range(1, 1001):
        context.progress(done, 1000, loss=done)
    context.send_progress()
    assert len(events) < 100
    assert (events[0]["done"], events[-1]["done"], events[-1]["values"]) == (1, 1000, {"loss": 1000.0})


def test_progress_is_where_a_cancelled_job_stops(tmp_path: Path) -> None:
    with pytest.raises(JobCancelled):
        context_in(tmp_path, [], cancelled=True).progress(1, 2)


def test_a_checkpoint_reads_as_it_was_saved_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    context = context_in(tmp_path, [])
    assert context.load_checkpoint() is None
    context.save_checkpoint({"step": 3})
    context.save_checkpoint({"step": 4})
    assert context.load_checkpoint() == {"step": 4}
    assert [path.name for path in context.checkpoint_folder.iterdir()] == ["state.json"]
    for damage in ('{"step": ', "[]"):
        (context.checkpoint_folder / "state.json").write_text(damage)
        with pytest.raises(GlassboxError, match="start the job anew"):
            context.load_checkpoint()


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "x" * 101])
def test_a_result_is_a_plain_file_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        context_in(tmp_path, []).write_result(name, "")


def test_a_result_is_kept(tmp_path: Path) -> None:
    path = context_in(tmp_path, []).write_result("rows.json", json.dumps([1]))
    assert path == tmp_path / "result" / "rows.json"
    assert path.read_text() == "[1]"


@pytest.mark.parametrize("owner", ["", "../x", "a/b", ".a", "A", "x" * 65])
def test_an_owner_is_never_a_path(owner: str) -> None:
    with pytest.raises(ValueError, match="not an owner"):
        workspace_folder(owner)


def test_jobs_start_without_the_heavy_libraries() -> None:
    program = (
        "import sys, core.jobs.worker, core.workspaces; "
        "print(sorted({'torch', 'transformers', 'streamlit', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_FOLDER, capture_output=True, text=True)
    assert run.stdout == "[]\n"


def test_a_worker_started_by_a_worker_has_the_same_share_and_priority() -> None:
    program = (
        "import os\nfrom core.jobs.worker import prepare_process\n"
        "for _ in range(2):\n    prepare_process()\n"
        "    print(os.environ['OMP_NUM_THREADS'], os.environ['GLASSBOX_THREADS'], os.nice(0))\n"
    )
    environment = {**os.environ, "GLASSBOX_THREADS": "8", "GLASSBOX_MAX_JOBS": "2"}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_FOLDER, env=environment, capture_output=True, text=True
    )
    first, second = run.stdout.splitlines()
    assert first == second
    assert first.startswith("4 4 ")
    assert int(first.split()[2]) >= 10
