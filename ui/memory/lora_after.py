"""What comes behind the training: forgetting, going on from an adapter, alpha, ReLoRA."""

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.lora.picture import numerical_rank
from core.memory.lora.tuning_result import TuningResult, equal_learning, shipped_tuning
from core.memory.lora.tuning_settings import RESTARTS
from core.memory.lora.tuning_table import method_title
from ui.inputs import show_command, show_csv, show_link
from ui.memory.lora_compare import COMMAND, show_origin
from ui.text import naming, show_error, t

FIRST = ("full", "lora-1", "lora-8", "lora-64", "ia3")
RANKED = ("lora-4", "relora", "lora-16", "full")


def show_after() -> None:
    """Three experiments with the shipped runs."""
    st.markdown(t("memory.lora.after.asked"))
    try:
        result = shipped_tuning()
    except GlassboxError as error:
        show_error(error)
        return
    _show_forgetting(result)
    left, right = st.columns(2, gap="large")
    with left:
        _show_continuing(result)
    with right:
        _show_alpha(result)
    _show_rank(result)
    with st.container(horizontal=True):
        show_link("memory", {"view": "lora", "lora_part": "after"})
        show_command(COMMAND, result.parameters)
    show_origin(result)


def _show_forgetting(result: TuningResult) -> None:
    from core.plots.memory_lora_after import forgetting_figure

    names = [run.name for run in result.runs]
    st.session_state.setdefault("memory.lora.forgetting", [name for name in FIRST if name in names])
    chosen = st.pills(
        t("memory.lora.forgetting.methods"),
        names,
        selection_mode="multi",
        wrap=True,
        format_func=naming("memory.lora.row.*"),
        key="memory.lora.forgetting",
        help=t("memory.lora.forgetting.methods_help"),
        persist_state="session",
    )
    if not chosen:
        st.info(t("memory.lora.own.none"), icon=":material/checklist:")
        return
    st.plotly_chart(forgetting_figure(result, chosen, t), key="memory.lora.forgetting.chart")
    st.caption(t("memory.lora.forgetting.caption"))
    full, lora = result.run("full"), result.run("lora-8")
    if full is not None and lora is not None:
        st.markdown(
            t(
                "memory.lora.forgetting.said",
                full=full.last.general_loss - result.start.general_loss,
                full_task=full.last.task_loss,
                lora=lora.last.general_loss - result.start.general_loss,
                lora_task=lora.last.task_loss,
            )
        )
        point, run = equal_learning(result)
        st.markdown(
            t(
                "memory.lora.forgetting.equal",
                task=point.task_loss,
                lora_task=run.last.task_loss,
                full=point.general_loss - result.start.general_loss,
                lora=run.last.general_loss - result.start.general_loss,
                rank=run.settings["rank"],
            )
        )
    rows = [
        {
            t("memory.lora.column.method"): method_title(run, t),
            t("memory.lora.column.step"): point.step,
            t("memory.lora.column.task"): point.task_loss,
            t("memory.lora.column.exact"): 100 * point.exact,
            t("memory.lora.column.general"): point.general_loss,
        }
        for run in result.runs
        for point in run.points
    ]
    show_csv(lambda: csv_text(rows), "forgetting.csv", "memory.lora.forgetting.csv")


def _show_continuing(result: TuningResult) -> None:
    from core.plots.memory_lora_after import continuing_figure

    if not result.continued:
        return
    st.plotly_chart(continuing_figure(result, t), key="memory.lora.continuing.chart")
    last = {run.name: run.points for run in result.continued}
    st.caption(
        t(
            "memory.lora.continuing.caption",
            steps=last["anew"][-1].step,
            anew=last["anew"][-1].task_loss,
            first=last["continued"][0].task_loss,
            continued=last["continued"][-1].task_loss,
            merged=last["merged"][-1].task_loss,
        )
    )


def _show_alpha(result: TuningResult) -> None:
    from core.plots.memory_lora_after import alpha_figure

    if not result.strengths:
        return
    st.plotly_chart(alpha_figure(result, t), key="memory.lora.alpha.chart")
    st.caption(t("memory.lora.alpha.caption"))


def _show_rank(result: TuningResult) -> None:
    from core.plots.memory_lora_after import rank_figure

    runs = {name: run for name in RANKED if (run := result.run(name)) is not None}
    st.plotly_chart(rank_figure(result, tuple(runs), t), key="memory.lora.rank.chart")
    if {"relora", "lora-4", "lora-16"} <= set(runs):
        st.caption(
            t(
                "memory.lora.rank.caption",
                merges=RESTARTS,
                rank=numerical_rank(runs["relora"].singular_values),
                single=numerical_rank(runs["lora-4"].singular_values),
                relora=runs["relora"].last.task_loss,
                four=runs["lora-4"].last.task_loss,
                sixteen=runs["lora-16"].last.task_loss,
            )
        )
