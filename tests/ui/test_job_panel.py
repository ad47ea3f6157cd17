"""The job panel on a page, with real workers: what a reader sees from start to end, in both languages."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.process import kill
from core.jobs.store import Job, all_jobs
from core.wording import wording

KEY = "0123456789abcdef0123456789abcdef"

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def home(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("GLASSBOX_MAX_JOBS", raising=False)
    yield empty_home
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")
    for job in all_jobs():
        for process in job.processes():
            kill(process)


def _page() -> None:
    import streamlit as st

    from ui.job_panel import show_job_panel
    from ui.workspace import workspace_hash

    workspace_hash()
    parameters = st.session_state.get("test.parameters")
    job = show_job_panel(
        "jobs.selftest", parameters, "test", value_label_keys={"step": "jobs.selftest.counting"}
    )
    if job:
        st.text("result: " + ", ".join(path.name for path in job.result_folder.iterdir()))


def page(steps: int | None, seconds: float = 0.1, lang: str = "en") -> AppTest:
    app = AppTest.from_function(_page, default_timeout=10)
    app.query_params["workspace"] = KEY
    app.query_params["lang"] = lang
    app.session_state["test.parameters"] = None if steps is None else {"steps": steps, "seconds": seconds}
    return app.run()


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=f"test.{key}").click()
    return app.run()


def run_until(app: AppTest, arrived: Callable[[], bool]) -> None:
    """Run the page as its timer does until `arrived`, or fail."""
    end = time.monotonic() + 20
    while not arrived():
        assert time.monotonic() < end, [element.value for element in app.main]
        time.sleep(0.1)
        app.run()
        assert not app.exception


def only_job() -> Job:
    (job,) = all_jobs()
    return job


def keys(app: AppTest) -> set[str]:
    return {button.key.removeprefix("test.") for button in app.button}


def progress_text(app: AppTest) -> str:
    return next((bar.proto.text for bar in app.get("progress")), "")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_job_from_start_to_result(lang: str) -> None:
    app = page(steps=25, lang=lang)
    assert [button.label for button in app.button] == [wording("jobs.panel.start", lang)]
    press(app, "start")
    assert keys(app) == {"cancel"}
    counted = wording("jobs.selftest.counting", lang)
    run_until(app, lambda: wording("jobs.panel.left_seconds", lang).split("{")[0] in progress_text(app)[6:])
    assert progress_text(app).startswith(counted + " · ")
    assert app.metric[0].label == counted
    assert float(app.metric[0].value) >= 1
    run_until(app, lambda: bool(app.success))
    assert app.success[0].value == wording("jobs.panel.done", lang)
    assert app.text[0].value == "result: steps.json"
    assert keys(app) == {"start", "delete"}
    assert app.button(key="test.start").label == wording("jobs.panel.start_again", lang)


def test_a_new_session_with_the_resume_link_finds_the_job() -> None:
    press(page(steps=10), "start")
    again = page(steps=None)
    assert keys(again) == {"cancel"}
    run_until(again, lambda: bool(again.success))
    assert again.text[0].value == "result: steps.json"
    stranger = AppTest.from_function(_page).run()
    assert not stranger.success
    assert keys(stranger) == {"start"}


def test_start_waits_for_complete_inputs() -> None:
    assert page(steps=None).button(key="test.start").disabled


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_cancel_then_resume(lang: str) -> None:
    app = press(page(steps=30, lang=lang), "start")
    run_until(app, lambda: only_job().state().done >= 2)
    press(app, "cancel")
    run_until(app, lambda: bool(app.info))
    state = only_job().state()
    assert app.info[0].value == wording("jobs.panel.cancelled", lang, done=state.done, total=state.total)
    assert keys(app) == {"start", "resume", "delete"}
    press(app, "resume")
    assert keys(app) == {"cancel"}
    run_until(app, lambda: wording("jobs.panel.resumed_once", lang) in progress_text(app))
    run_until(app, lambda: bool(app.success))
    assert only_job().state().resumptions == 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_killed_worker_is_explained_and_can_be_resumed(lang: str) -> None:
    app = press(page(steps=200, lang=lang), "start")
    run_until(app, lambda: only_job().state().done >= 2)
    (process,) = only_job().processes()
    os.kill(process.pid, signal.SIGKILL)
    run_until(app, lambda: bool(app.error))
    assert wording("jobs.error.died", lang) in app.error[0].value
    assert app.expander[0].label == wording("jobs.panel.log", lang)
    assert "started as process" in app.code[0].value
    assert keys(app) == {"start", "resume", "delete"}
    press(app, "resume")
    assert keys(app) == {"cancel"}


def test_a_refusal_is_told_in_the_readers_language() -> None:
    app = press(page(steps=0, lang="zh"), "start")
    run_until(app, lambda: bool(app.error))
    assert app.error[0].value == "steps 必须是 1 到 10000 之间的数字。"


def test_the_second_job_waits_in_the_queue_and_can_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")
    app = press(page(steps=3), "start")
    assert progress_text(app) == wording("jobs.panel.queued", "en", place=1)
    press(app, "cancel")
    assert app.info[0].value == wording("jobs.panel.cancelled_waiting", "en")
    press(app, "delete")
    assert not app.exception
    assert keys(app) == {"start"}
    assert all_jobs() == []


def test_a_result_of_other_settings_says_so() -> None:
    app = press(page(steps=1, seconds=0.0), "start")
    run_until(app, lambda: bool(app.success))
    assert not app.caption
    app.session_state["test.parameters"] = {"steps": 2, "seconds": 0.0}
    app.run()
    assert [caption.value for caption in app.caption] == [wording("jobs.panel.earlier_settings", "en")]


def test_a_home_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path / "a-file" / "home"))
    app = press(page(steps=1), "start")
    assert not app.exception
    assert "GLASSBOX_HOME" in app.error[0].value
