"""The grid of real steps that the calculator answers for: figures of its errors, the table, an own run."""

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.grid import RESULT_FILE, GridResult, grid_errors, read_grid, shipped_grid
from core.memory.grid_table import grid_table, shown_columns
from core.memory.step_report import percent
from ui.inputs import show_command, show_csv, show_link, show_segments
from ui.job_panel import show_job_panel
from ui.memory.check_link import SOURCES
from ui.text import show_error, t

KIND = "memory.grid"
COMMAND = "python -m core job memory.grid"


def show_grid() -> None:
    """What is asked, and the shipped grid or the reader's own."""
    st.markdown(t("memory.check.grid.asked"))
    source = show_segments("memory", "check_source", SOURCES)
    if source == "shipped":
        try:
            _show_result(shipped_grid(), "memory.check.grid.shipped")
        except GlassboxError as error:
            show_error(error)
        return
    st.markdown(t("memory.check.grid.own"))
    job = show_job_panel(
        KIND,
        {},
        "memory.check.grid.job",
        "memory.check.grid.start",
        {"activations": "memory.check.grid.live"},
    )
    show_command(COMMAND, {})
    if job is None:
        st.info(t("memory.check.grid.empty"), icon=":material/play_circle:")
        return
    try:
        _show_result(read_grid(job.result_folder / RESULT_FILE), "memory.check.grid.own")
    except GlassboxError as error:
        show_error(error)


def _show_result(result: GridResult, key: str) -> None:
    from core.plots.memory_check_grid import agreement_figure, errors_figure

    errors = grid_errors(result.rows)
    values = {
        "rows": str(errors.rows),
        "lasting": f"{100 * errors.lasting_max:.3f} %",
        "activations": f"{100 * errors.activations_max:.4f} %",
        "mean": f"{100 * errors.activations_mean:.5f} %",
        "accelerate": f"{100 * errors.accelerate_mean:.0f} %",
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"memory.check.grid.metric.{name}"),
                value,
                help=t(f"memory.check.grid.metric.{name}_help"),
                width="content",
            )
    st.plotly_chart(agreement_figure(result.rows, t), key=f"{key}.agreement")
    st.caption(
        t(
            "memory.check.agreement.caption",
            full=100 * errors.accelerate_full_mean,
            ours=percent(errors.full_mean),
        )
    )
    rows = grid_table(result.rows, t)
    st.dataframe(rows, hide_index=True, column_order=shown_columns(t), key=f"{key}.table", height=420)
    st.caption(t("memory.check.grid.table_caption"))
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "memory_grid.csv", f"{key}.csv")
        show_link("memory", {"view": "check", "check_part": "grid"})
    st.plotly_chart(errors_figure(result.rows, t), key=f"{key}.errors")
    st.caption(t("memory.check.errors.caption"))
    _show_origin(result)
    with st.expander(t("memory.check.grid.found_title"), icon=":material/build:"):
        st.markdown(t("memory.check.grid.found"))


def _show_origin(result: GridResult) -> None:
    st.caption(
        t(
            "memory.check.grid.made",
            command=result.command,
            date=result.date,
            cores=result.cores,
            machine=result.machine,
            minutes=sum(row.step.seconds for row in result.rows) / 60,
            **result.versions,
        )
    )
