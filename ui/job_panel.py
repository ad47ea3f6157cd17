"""Start, watch, cancel and resume one background job, on any page."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core import jobs
from core.errors import GlassboxError
from core.jobs import Job, JobState
from core.jobs.spec import check_parameters
from ui.text import language, show_error, t
from ui.workspace import workspace_hash

SECONDS_BETWEEN_POLLS = 1.0


def show_job_panel(
    kind: str,
    parameters: Mapping[str, Any] | None,
    key: str,
    start_label_key: str = "jobs.panel.start",
    value_label_keys: Mapping[str, str] | None = None,
) -> Job | None:
    """The panel of the reader's newest job of `kind`; returns it once it is done, for its result.

    It finds the job again after a reload with the resume link, and stops polling when it has ended.

    Args:
        kind: an entry of `core.jobs.kinds.KINDS`.
        parameters: what a new job would be given; None while the page's inputs are not complete.
        key: tells this panel from others of the page; starts with the topic.
        start_label_key: wording of the start button.
        value_label_keys: a reported value -> its wording; only these are shown while it runs.
    """
    job = _current_job(kind, key)
    state = _polled(job) if job else None
    if state is None or state.ended:
        _show_start(kind, parameters, key, start_label_key if state is None else "jobs.panel.start_again")
    if job is None or state is None:
        return None
    every = None if state.ended else SECONDS_BETWEEN_POLLS
    st.fragment(_watch, run_every=every)(job, key, every is not None, dict(value_label_keys or {}))
    if state.status == "done" and _differs(parameters, job):
        st.caption(t("jobs.panel.earlier_settings"))
    return job if state.status == "done" else None


def _current_job(kind: str, key: str) -> Job | None:
    """The job that this panel started, or else the newest of its kind in the workspace."""
    remembered = st.session_state.get(_remembered(key))
    own = [job for job in jobs.jobs_of(workspace_hash()) if job.kind == kind]
    return next((job for job in own if job.id == remembered), own[-1] if own else None)


def _remembered(key: str) -> str:
    return f"{key}.job"


def _polled(job: Job) -> JobState:
    try:
        return jobs.poll(job)
    except GlassboxError as error:  # the queue cannot be moved on; what is known is still shown
        show_error(error)
        return job.state()


def _show_start(kind: str, parameters: Mapping[str, Any] | None, key: str, label_key: str) -> None:
    pressed = st.button(
        t(label_key),
        key=f"{key}.start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=parameters is None,
    )
    if pressed and parameters is not None:

        def start() -> None:
            st.session_state[_remembered(key)] = jobs.submit(workspace_hash(), kind, parameters).id

        _act(start)


def _act(action: Callable[[], object]) -> None:
    """Do what a button says, then draw the whole page anew; or say why it cannot be done."""
    try:
        action()
    except GlassboxError as error:
        show_error(error)
        return
    st.rerun()


def _watch(job: Job, key: str, polling: bool, value_label_keys: dict[str, str]) -> None:
    """The part that is drawn anew every second."""
    state = _polled(job)
    if polling and state.ended:
        st.rerun()  # the page shows the result, and this timer stops
    if state.ended:
        _show_ending(job, state, key)
    else:
        _show_running(job, state, key, value_label_keys)


def _show_running(job: Job, state: JobState, key: str, value_label_keys: dict[str, str]) -> None:
    st.progress(state.fraction, text=_progress_text(job, state))
    shown = [name for name in value_label_keys if name in state.values]
    if shown:
        for column, name in zip(st.columns(len(shown)), shown, strict=True):
            column.metric(t(value_label_keys[name]), f"{state.values[name]:.4g}")
    label, disabled = ("cancelling", True) if state.cancelling else ("cancel", False)
    if st.button(t(f"jobs.panel.{label}"), key=f"{key}.cancel", icon=":material/stop:", disabled=disabled):
        _act(lambda: jobs.cancel(job))


def _progress_text(job: Job, state: JobState) -> str:
    if state.status == "queued":
        return t("jobs.panel.queued", place=jobs.queue_place(job))
    if state.cancelling:
        return t("jobs.panel.cancelling")
    if not state.total:
        return t("jobs.panel.starting")
    parts = [t("jobs.panel.running", done=state.done, total=state.total)]
    if state.message_key:
        parts.insert(0, t(state.message_key))
    if state.seconds_left is not None:
        parts.append(time_left_text(state.seconds_left))
    return " · ".join([*parts, *_resumptions_text(state)])


def time_left_text(seconds: float) -> str:
    """`seconds` in the unit that one would say."""
    if seconds < 90:
        return t("jobs.panel.left_seconds", count=seconds)
    if seconds < 90 * 60:
        return t("jobs.panel.left_minutes", count=seconds / 60)
    return t("jobs.panel.left_hours", count=seconds / 3600)


def _resumptions_text(state: JobState) -> list[str]:
    if state.resumptions == 1:
        return [t("jobs.panel.resumed_once")]
    return [t("jobs.panel.resumed", count=state.resumptions)] if state.resumptions else []


def _show_ending(job: Job, state: JobState, key: str) -> None:
    if state.status == "done":
        st.success(" · ".join([t("jobs.panel.done"), *_resumptions_text(state)]), icon=":material/check:")
    elif state.status == "cancelled":
        stage = "cancelled" if state.total else "cancelled_waiting"
        st.info(t(f"jobs.panel.{stage}", done=state.done, total=state.total), icon=":material/stop:")
    else:
        _show_failure(state)
    with st.container(horizontal=True):
        if state.status != "done" and st.button(
            t("jobs.panel.resume"), key=f"{key}.resume", icon=":material/resume:"
        ):
            _act(lambda: jobs.resume(job))
        if st.button(t("jobs.panel.delete"), key=f"{key}.delete", icon=":material/delete:", type="tertiary"):
            _act(lambda: jobs.delete(job))


def _show_failure(state: JobState) -> None:
    where = t("jobs.panel.failed", done=state.done, total=state.total) if state.total else ""
    reason = state.reason.text(language()) if state.reason else ""
    st.error(f"{where} {reason}".strip(), icon=":material/error:")
    if state.last_lines:
        with st.expander(t("jobs.panel.log")):
            st.code("\n".join(state.last_lines), language=None)


def _differs(parameters: Mapping[str, Any] | None, job: Job) -> bool:
    try:
        return parameters is not None and check_parameters(parameters) != job.parameters
    except GlassboxError:
        return True
