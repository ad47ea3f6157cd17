"""SmolLM2 past its 8,192 tokens: the shipped result, and the reader's own run of it."""

import streamlit as st

from core.attention.long_context_result import (
    RESULT_FILE,
    LongContextResult,
    read_result,
    shipped_result,
    table,
)
from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.inputs import show_csv, show_link
from ui.job_panel import show_job_panel
from ui.text import naming, show_error, t

KIND = "attention.long_context"
LENGTHS = ("1024", "4096", "8192", "10240", "12288", "16384")
FIRST_LENGTH = "12288"


def show_long() -> None:
    """What is asked, what was found, and how to find it again."""
    st.markdown(t("attention.experiment.long.asked"))
    st.info(t("attention.experiment.long.guess"), icon=":material/psychology:")
    try:
        _show_result(shipped_result(), "attention.experiment.long.shipped")
    except GlassboxError as error:
        show_error(error)
    show_link("attention", {"view": "experiment", "experiment_part": "long"})
    with st.expander(t("attention.experiment.long.again"), icon=":material/replay:"):
        _show_own_run()


def _show_result(result: LongContextResult, key: str) -> None:
    from core.plots.attention_experiment_long import long_context_figure, stretching_figure

    st.plotly_chart(long_context_figure(result, t), key=key)
    st.caption(t("attention.experiment.long.caption", bucket=result.bucket, length=result.length))
    st.plotly_chart(stretching_figure(result, t), key=f"{key}.stretching")
    st.caption(t("attention.experiment.long.stretching_caption"))
    rows = table(result, t)
    st.dataframe(rows, hide_index=True, key=f"{key}.table")
    st.caption(t("attention.experiment.long.table_caption"))
    show_csv(lambda: csv_text(_points(result)), "long_context.csv", f"{key}.csv")
    st.caption(
        t(
            "attention.experiment.long.made",
            command=result.command,
            factor=result.parameters["factor"],
            date=result.date,
            python=result.versions["python"],
            torch=result.versions["torch"],
            cores=result.cores,
            machine=result.machine,
            minutes=sum(run.seconds for run in result.runs) / 60,
            processor=sum(run.processor_seconds for run in result.runs) / 60,
            hash=result.text_sha256[:12],
        )
    )


def _points(result: LongContextResult) -> list[dict[str, object]]:
    """One row a bucket, for a download."""
    names = {run.scheme: t(f"attention.experiment.rotation.{run.scheme}") for run in result.runs}
    positions = t("attention.experiment.column.up_to")
    return [
        {positions: (place + 1) * result.bucket}
        | {names[run.scheme]: round(run.losses[place], 4) for run in result.runs}
        for place in range(result.length // result.bucket)
    ]


def _show_own_run() -> None:
    st.session_state.setdefault("attention.experiment.long.length", FIRST_LENGTH)
    length = st.select_slider(
        t("attention.experiment.long.length"),
        LENGTHS,
        key="attention.experiment.long.length",
        format_func=naming("attention.experiment.long.tokens.*"),
        help=t("attention.experiment.long.length_help"),
        persist_state="session",
    )
    job = show_job_panel(
        KIND, {"length": int(length)}, "attention.experiment.long.job", "attention.experiment.long.start"
    )
    if job is not None:
        try:
            _show_result(read_result(job.result_folder / RESULT_FILE), "attention.experiment.long.own")
        except GlassboxError as error:
            show_error(error)
