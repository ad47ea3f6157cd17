"""AdaLoRA's schedule: where the rank goes, and that the memory stays."""

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.adaptive_rank_result import (
    RANKS,
    STEPS,
    TARGETS,
    RankRun,
    RankSettings,
    check_rank_settings,
)
from ui.inputs import show_csv, show_link
from ui.queue import turn_in_queue
from ui.text import naming, show_error, t

FIRST = RankSettings()
KEPT = "memory.check.ranks.runs"
MOST_RUNS = 8
KIBIBYTE = 2**10


def show_ranks() -> None:
    """What is asked, the schedule's settings, and the run."""
    st.markdown(t("memory.check.ranks.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        settings = _show_settings()
        show_link(
            "memory",
            {
                "view": "check",
                "check_part": "ranks",
                "check_initial": settings.initial,
                "check_target": settings.target,
                "check_steps": settings.steps,
                "check_matrices": settings.targets,
            },
        )
    with right:
        run = _show_run(settings)
    if run is not None:
        _show_result(run)


def _show_settings() -> RankSettings:
    st.session_state.setdefault("memory.check_matrices", FIRST.targets)
    targets = st.segmented_control(
        t("memory.check.ranks.matrices"),
        TARGETS,
        format_func=naming("memory.check.set.targets.*"),
        key="memory.check_matrices",
        required=True,
        wrap=True,
        help=t("memory.check.ranks.matrices_help"),
        persist_state="session",
    )
    values = {}
    for name, (low, high), first in (
        ("initial", RANKS, FIRST.initial),
        ("target", (1, RANKS[1] - 1), FIRST.target),
        ("steps", STEPS, FIRST.steps),
    ):
        key = f"memory.check_{name}"
        st.session_state.setdefault(key, first)
        values[name] = int(
            st.number_input(
                t(f"memory.check.ranks.{name}"),
                low,
                high,
                step=1,
                key=key,
                help=t(f"memory.check.ranks.{name}_help"),
                persist_state="session",
            )
        )
    return RankSettings(**values, targets=str(targets or FIRST.targets))


def _show_run(settings: RankSettings) -> RankRun | None:
    """The run of these settings, trained now where the button says so."""
    runs: dict[RankSettings, RankRun] = st.session_state.setdefault(KEPT, {})
    try:
        check_rank_settings(settings)
    except GlassboxError as error:
        show_error(error)
        return None
    if settings not in runs:
        pressed = st.button(
            t("memory.check.ranks.start"),
            key="memory.check.ranks.start",
            type="primary",
            icon=":material/play_arrow:",
        )
        if not pressed:
            st.info(t("memory.check.ranks.empty"), icon=":material/play_circle:")
            return None
        try:
            runs[settings] = _train(settings)
        except GlassboxError as error:
            show_error(error)
            return None
        for oldest in list(runs)[:-MOST_RUNS]:
            del runs[oldest]
        st.rerun()  # drawn anew without the button
    _show_summary(runs[settings])
    return runs[settings]


def _train(settings: RankSettings) -> RankRun:
    from core.memory.adaptive_rank import run_schedule

    place = st.empty()
    with turn_in_queue(place):
        bar = place.progress(0.0, text=t("memory.check.ranks.opening"))

        def report(step: int, loss: float) -> None:
            text = t("memory.check.ranks.training", step=step, steps=settings.steps, loss=loss)
            bar.progress(step / settings.steps, text=text)

        run = run_schedule(settings, report)
    place.empty()
    return run


def _show_summary(run: RankRun) -> None:
    values = {
        "live": f"{run.mean_rank:.1f}",
        "during": f"{run.before.training / KIBIBYTE:,.0f} KiB",
        "end": f"{run.after.training / KIBIBYTE:,.0f} KiB",
        "fixed": f"{run.fixed.training / KIBIBYTE:,.0f} KiB",
        "saved": f"{run.after.saved / KIBIBYTE:,.0f} KiB",
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"memory.check.ranks.metric.{name}"),
                value,
                help=t(f"memory.check.ranks.metric.{name}_help", target=run.settings.target),
                width="content",
            )
    st.markdown(
        t(
            "memory.check.ranks.said",
            times=run.times_fixed,
            target=run.settings.target,
            none=sum(rank == 0 for rank in run.ranks[-1]),
            matrices=len(run.matrices),
            richest=run.matrices[run.ranks[-1].index(max(run.ranks[-1]))],
            most=max(run.ranks[-1]),
            first=run.losses[0],
            last=run.losses[-1],
        )
    )


def _show_result(run: RankRun) -> None:
    from core.plots.memory_check_ranks import rank_bytes_figure, ranks_figure

    st.plotly_chart(ranks_figure(run, t), key="memory.check.ranks.chart")
    st.caption(t("memory.check.ranks.caption", warm_up=run.warm_up, settled=run.settled))
    st.plotly_chart(rank_bytes_figure(run, t), key="memory.check.rank_bytes.chart")
    st.caption(t("memory.check.rank_bytes.caption"))
    rows = [
        {t("memory.check.ranks.x"): step, **dict(zip(run.matrices, ranks, strict=True))}
        for step, ranks in enumerate(run.ranks, 1)
    ]
    show_csv(lambda: csv_text(rows), "adalora_ranks.csv", "memory.check.ranks.csv")
