"""Every method on one task: the shipped comparison, and the reader's own run."""

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.lora.task import task
from core.memory.lora.tuning_result import RESULT_FILE, TuningResult, read_tuning, shipped_tuning
from core.memory.lora.tuning_settings import METHODS, STEPS, TuningParameters
from core.memory.lora.tuning_table import tuning_table
from ui.inputs import show_command, show_csv, show_link, show_segments
from ui.job_panel import show_job_panel
from ui.memory.lora_link import SHOWN
from ui.text import naming, show_error, t

KIND = "memory.tuning"
COMMAND = "python -m core job memory.tuning --settings settings.json"
FIRST = TuningParameters()


def show_compare() -> None:
    """The task, and one of the two results."""
    st.markdown(t("memory.lora.compare.asked"))
    with st.expander(t("memory.lora.compare.task_title"), icon=":material/list_alt:"):
        st.markdown(t("memory.lora.compare.task"))
        example = task().held_out[0]
        st.code(example.prompt + example.record, language=None)
    shown = show_segments("memory", "lora_shown", SHOWN)
    if shown == "shipped":
        try:
            _show_result(shipped_tuning(), "memory.lora.shipped")
        except GlassboxError as error:
            show_error(error)
    else:
        _show_own()


def _show_own() -> None:
    st.markdown(t("memory.lora.own.lead"))
    parameters = _show_settings()
    job = show_job_panel(
        KIND, parameters, "memory.lora.job", "memory.lora.own.start", {"loss": "memory.lora.own.live"}
    )
    with st.container(horizontal=True):
        if parameters is not None:
            show_command(COMMAND, parameters)
        show_link("memory", {"view": "lora", "lora_part": "compare", "lora_shown": "own"})
    if job is None:
        st.info(t("memory.lora.own.empty"), icon=":material/play_circle:")
        return
    try:
        _show_result(read_tuning(job.result_folder / RESULT_FILE), "memory.lora.own")
    except GlassboxError as error:
        show_error(error)


def _show_settings() -> dict[str, object] | None:
    st.session_state.setdefault("memory.lora.methods", list(FIRST.methods))
    methods = st.pills(
        t("memory.lora.own.methods"),
        list(METHODS),
        selection_mode="multi",
        wrap=True,
        format_func=naming("memory.lora.row.*"),
        key="memory.lora.methods",
        help=t("memory.lora.own.methods_help"),
        persist_state="session",
    )
    st.session_state.setdefault("memory.lora_steps", FIRST.steps)
    steps = st.number_input(
        t("memory.lora.own.steps"),
        *STEPS,
        step=1,
        key="memory.lora_steps",
        help=t("memory.lora.own.steps_help"),
        persist_state="session",
    )
    if not methods:
        st.info(t("memory.lora.own.none"), icon=":material/checklist:")
        return None
    return {"methods": list(methods), "steps": int(steps), "every": FIRST.every}


def _show_result(result: TuningResult, key: str) -> None:
    from core.plots.memory_lora_compare import bytes_figure, outcome_figure, time_figure

    st.plotly_chart(outcome_figure(result, t), key=f"{key}.outcome")
    st.caption(
        t("memory.lora.outcome.caption", start=result.start.task_loss, steps=result.parameters["steps"])
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(time_figure(result, t), key=f"{key}.time")
        st.caption(t("memory.lora.time.caption"))
    with right:
        st.plotly_chart(bytes_figure(result, t), key=f"{key}.bytes")
        st.caption(t("memory.lora.bytes.caption"))
    _show_said(result)
    rows = tuning_table(result, t)
    grouped = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        rows,
        hide_index=True,
        column_config={t("memory.lora.column.trained"): grouped},
        key=f"{key}.table",
    )
    st.caption(t("memory.lora.compare.table_caption"))
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "tuning_methods.csv", f"{key}.csv")
        if key == "memory.lora.shipped":
            show_link("memory", {"view": "lora", "lora_part": "compare"})
            show_command(COMMAND, result.parameters)
    show_origin(result)


def _show_said(result: TuningResult) -> None:
    """Full tuning beside LoRA, where both were run."""
    full, lora = result.run("full"), result.run("lora-8")
    if full is None or lora is None:
        return
    st.markdown(
        t(
            "memory.lora.compare.said",
            faster=full.seconds.total / lora.seconds.total,
            passes=(full.seconds.forward + full.seconds.backward)
            / (lora.seconds.forward + lora.seconds.backward),
            optimizer=100 * full.seconds.optimizer / full.seconds.total,
            less=full.total / lora.total,
            numbers=full.trained / lora.trained,
            kept=100 * lora.kept / full.kept,
        )
    )


def show_origin(result: TuningResult) -> None:
    """How the result was made, and on what."""
    st.caption(
        t(
            "memory.lora.compare.made",
            command=result.command,
            date=result.date,
            cores=result.cores,
            threads=result.threads,
            machine=result.machine,
            steps=result.parameters["steps"],
            batch=result.batch,
            length=result.length,
            training=result.training_orders,
            held_out=result.held_out_orders,
            general=result.general_tokens,
            **result.versions,
        )
    )
