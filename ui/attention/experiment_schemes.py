"""Five position schemes, one small decoder: the shipped result, and the reader's own run beside it."""

import streamlit as st

from core import jobs
from core.attention.schemes.result import (
    RESULT_FILE,
    SchemesResult,
    read_result,
    shipped_result,
    table,
)
from core.attention.schemes.settings import LIMITS, SCHEMES
from core.csv_export import csv_text
from core.errors import GlassboxError
from core.jobs import Job
from ui.inputs import show_command, show_csv, show_link
from ui.job_panel import SECONDS_BETWEEN_POLLS, show_job_panel
from ui.text import naming, show_error, t
from ui.workspace import workspace_hash

KIND = "attention.schemes"
COMMAND = "python -m core job attention.schemes --settings settings.json"


def show_schemes() -> None:
    """What is asked, what three seeds found, and a run of one's own."""
    st.markdown(t("attention.experiment.schemes.asked"))
    st.info(t("attention.experiment.schemes.guess"), icon=":material/psychology:")
    try:
        shipped = shipped_result()
    except GlassboxError as error:
        show_error(error)
    else:
        _show_result(shipped, "attention.experiment.shipped")
        with st.expander(t("attention.experiment.schemes.limits_title"), icon=":material/help:"):
            st.markdown(t("attention.experiment.schemes.limits"))
    st.divider()
    _show_own_run()


def _show_result(result: SchemesResult, key: str) -> None:
    """Loss against position first, which is the answer; then the training, and both as a table."""
    from core.plots.attention_experiment import position_figure, training_figure

    st.plotly_chart(position_figure(result, t), key=f"{key}.position")
    st.caption(
        t(
            "attention.experiment.schemes.position_caption",
            length=result.training_length,
            tokens=result.counted_tokens,
            seeds=len(result.seeds),
        )
    )
    rows = table(result, t)
    st.dataframe(rows, hide_index=True, key=f"{key}.table")
    st.caption(t("attention.experiment.schemes.table_caption", seeds=len(result.seeds)))
    st.plotly_chart(training_figure(result, t), key=f"{key}.training")
    st.caption(t("attention.experiment.schemes.training_caption", point=result.steps_a_point))
    show_csv(lambda: csv_text(rows), "position_schemes.csv", f"{key}.csv")
    seconds = sum(run.seconds for run in result.runs) / len(result.seeds)
    processor = sum(run.processor_seconds for run in result.runs) / len(result.seeds)
    st.caption(
        t(
            "attention.experiment.made",
            command=result.command,
            settings=_short(result.parameters),
            date=result.date,
            python=result.versions["python"],
            torch=result.versions["torch"],
            cores=result.cores,
            machine=result.machine,
            seconds=seconds,
            processor=processor,
            hash=result.text_sha256[:12],
        )
    )


def _short(parameters: dict[str, object]) -> str:
    """The settings as a reader would type them."""
    return ", ".join(f"{name} {value}" for name, value in parameters.items() if name != "schemes")


def _show_own_run() -> None:
    st.subheader(t("attention.experiment.own.title"), anchor=False)
    st.markdown(t("attention.experiment.own.lead"))
    left, right = st.columns([1, 2], gap="large")
    with left:
        parameters = _show_inputs()
        with st.container(horizontal=True):
            show_link("attention", {"view": "experiment", "experiment_part": "schemes"})
            if parameters is not None:
                show_command(COMMAND, parameters)
    with right:
        job = show_job_panel(KIND, parameters, "attention.experiment.job", "attention.experiment.own.start")
        if job is None:
            _show_live()
        else:
            try:
                _show_result(read_result(job.result_folder / RESULT_FILE), "attention.experiment.own")
            except GlassboxError as error:
                show_error(error)


def _show_inputs() -> dict[str, object] | None:
    """The job's parameters, or None while no scheme is chosen."""
    st.session_state.setdefault("attention.experiment.schemes", list(SCHEMES))
    schemes = st.pills(
        t("attention.experiment.own.schemes"),
        SCHEMES,
        selection_mode="multi",
        wrap=True,
        format_func=naming("attention.experiment.scheme.*"),
        key="attention.experiment.schemes",
        help=t("attention.experiment.own.schemes_help"),
        persist_state="session",
    )
    values: dict[str, object] = {}
    for name, first, step in (
        ("seed", 3, 1),
        ("training_length", 64, 16),
        ("steps", 300, 50),
        ("width", 128, 32),
        ("layers", 4, 1),
    ):
        low, high = LIMITS.get(name, (0, 9999))
        key = f"attention.experiment.{name}"
        st.session_state.setdefault(key, first)
        values[name] = st.number_input(
            t(f"attention.experiment.own.{name}"),
            low,
            high,
            step=step,
            key=key,
            help=t(f"attention.experiment.own.{name}_help"),
            persist_state="session",
        )
    if not schemes:
        st.caption(t("attention.experiment.own.choose"))
        return None
    seed = values.pop("seed")
    return {"seeds": [seed], **values, "schemes": [scheme for scheme in SCHEMES if scheme in schemes]}


def _show_live() -> None:
    """The curves of the newest run while it is at work; an empty place says what will be here."""
    own = [job for job in jobs.jobs_of(workspace_hash()) if job.kind == KIND]
    if not own:
        st.info(t("attention.experiment.own.empty"), icon=":material/play_circle:")
        return
    running = own[-1].state().status == "running"
    st.fragment(_draw_live, run_every=SECONDS_BETWEEN_POLLS if running else None)(own[-1])


def _draw_live(job: Job) -> None:
    from core.attention.schemes.settings import parameters_from
    from core.plots.attention_experiment import live_figure

    try:
        parameters = parameters_from(job.parameters)
    except GlassboxError:
        return  # the panel above says what is wrong with it
    curves = job.curves()
    if any(curves.get(scheme) for scheme in SCHEMES):
        st.plotly_chart(live_figure(curves, parameters, t), key="attention.experiment.live")
        st.caption(t("attention.experiment.live.caption"))
