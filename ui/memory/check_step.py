"""One real training step: predicted while the reader chooses, measured beside it when it has run."""

import streamlit as st

from core import jobs
from core.csv_export import csv_text
from core.errors import GlassboxError
from core.jobs.spec import check_parameters
from core.memory.breakdown import Breakdown
from core.memory.grid import shipped_step
from core.memory.measure import MeasuredStep, bytes_needed, check_room, free_bytes, measured_plan
from core.memory.measure_job import RESULT_FILE, read_step
from core.memory.predict import predict
from core.memory.step_report import percent, step_table, tensor_table
from ui.inputs import show_command, show_csv, show_link
from ui.job_panel import show_job_panel
from ui.memory.check_settings import show_settings
from ui.text import show_error, t
from ui.workspace import workspace_hash

KIND = "memory.measure"
COMMAND = "python -m core memory measure --settings settings.json"
GIBIBYTE = 2**30
MOST_TENSOR_GROUPS = 40


def show_step() -> None:
    """The settings and the run on the left; predicted beside measured on the right."""
    st.markdown(t("memory.check.step.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        settings = show_settings()
        refusal, prediction = _prediction(settings)
        if refusal is not None:
            show_error(refusal)
        show_job_panel(KIND, None if refusal else settings, "memory.check.job", "memory.check.step.start")
        with st.container(horizontal=True):
            show_link(
                "memory",
                {"view": "check", "check_part": "step"}
                | {f"check_{name}": value for name, value in settings.items()},
            )
            show_command(COMMAND, settings)
    with right:
        if prediction is None:
            st.info(t("memory.check.step.refused"), icon=":material/block:")
            return
        measured, own = _measured(settings)
        _show_summary(prediction, measured)
        _show_terms(prediction, measured, own)
    _show_details(prediction, measured)
    with st.expander(t("memory.check.step.limits_title"), icon=":material/help:"):
        st.markdown(t("memory.check.step.limits"))


def _prediction(settings: dict[str, object]) -> tuple[GlassboxError | None, Breakdown | None]:
    """What stands in the way of the step, and what it is expected to take where that can be said."""
    prediction = None
    try:
        prediction = predict(measured_plan(settings))
        check_room(prediction, free_bytes())
    except GlassboxError as error:
        return error, prediction
    return None, prediction


def _measured(settings: dict[str, object]) -> tuple[MeasuredStep | None, bool]:
    """The reader's own measurement of these settings, or else the shipped one; and whether it is own."""
    wanted = check_parameters(settings)
    for job in reversed(jobs.jobs_of(workspace_hash())):
        if job.kind == KIND and job.parameters == wanted and job.state().status == "done":
            try:
                return read_step(job.result_folder / RESULT_FILE), True
            except GlassboxError as error:
                show_error(error)
                return None, True
    try:
        return shipped_step(settings), False
    except GlassboxError as error:
        show_error(error)
        return None, False


def _show_summary(prediction: Breakdown, measured: MeasuredStep | None) -> None:
    values = {
        "predicted": f"{bytes_needed(prediction) / GIBIBYTE:.2f} GiB",
        "free": f"{free_bytes() / GIBIBYTE:.2f} GiB",
        "trained": f"{prediction.trainable_parameters:,}",
    }
    if measured is not None:
        values["error"] = percent(measured.total.error)
        if measured.allocator_peak:
            values["peak"] = f"{measured.allocator_peak / GIBIBYTE:.3f} GiB"
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"memory.check.metric.{name}"),
                value,
                help=t(f"memory.check.metric.{name}_help"),
                width="content",
            )


def _show_terms(prediction: Breakdown, measured: MeasuredStep | None, own: bool) -> None:
    from core.plots.memory_check import largest_term, terms_figure

    if measured is None:
        st.info(t("memory.check.step.empty"), icon=":material/play_circle:")
    else:
        st.markdown(
            t(
                f"memory.check.step.said_{'own' if own else 'shipped'}",
                largest=largest_term(measured, t),
                error=percent(abs(measured.total.error)).lstrip("+"),
                difference=abs(measured.total.predicted - measured.total.measured),
                seconds=measured.seconds,
                device=t("memory.check.device_cpu") if measured.device == "cpu" else measured.device,
            )
        )
    st.plotly_chart(terms_figure(prediction, measured, t), key="memory.check.terms.chart")
    st.caption(t("memory.check.terms.caption"))
    if measured is not None:
        rows = step_table(measured, t)
        grouped = st.column_config.NumberColumn(format="localized")
        numbers = [t(f"memory.check.column.{name}") for name in ("predicted", "measured", "difference")]
        st.dataframe(
            rows,
            hide_index=True,
            column_config=dict.fromkeys(numbers, grouped),
            key="memory.check.terms.table",
        )
        st.caption(t("memory.check.terms.table_caption"))
        show_csv(lambda: csv_text(rows), "measured_step.csv", "memory.check.terms.csv")


def _show_details(prediction: Breakdown, measured: MeasuredStep | None) -> None:
    """Block by block, and every kind of tensor; the shipped grid does not keep these."""
    from core.plots.memory_check import blocks_figure

    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(blocks_figure(prediction, measured, t), key="memory.check.blocks.chart")
        st.caption(t("memory.check.blocks.caption"))
    with right:
        st.markdown(t("memory.check.tensors.title"))
        if measured is None or not measured.tensors:
            st.info(t("memory.check.tensors.empty"), icon=":material/play_circle:")
            return
        rows = tensor_table(measured, t)
        st.dataframe(rows[:MOST_TENSOR_GROUPS], hide_index=True, key="memory.check.tensors.table", height=330)
        st.caption(t("memory.check.tensors.caption"))
        show_csv(lambda: csv_text(rows), "saved_tensors.csv", "memory.check.tensors.csv")
