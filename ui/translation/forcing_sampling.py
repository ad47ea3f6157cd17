"""Scheduled sampling by experiment: the shipped result, and the reader's own run beside it."""

import streamlit as st

from core import jobs
from core.csv_export import csv_text
from core.errors import GlassboxError
from core.jobs import Job
from core.translation.scheduled.result import (
    MEASURES,
    RESULT_FILE,
    ScheduledResult,
    read_result,
    shipped_result,
)
from core.translation.scheduled.settings import LIMITS, VARIANTS, Parameters, parameters_from
from ui.inputs import show_command, show_csv, show_link
from ui.job_panel import SECONDS_BETWEEN_POLLS, show_job_panel
from ui.text import naming, show_error, t
from ui.workspace import workspace_hash

KIND = "translation.scheduled_sampling"
COMMAND = "python -m core job translation.scheduled_sampling --settings settings.json"
PANEL = "translation.forcing.job"


def show_sampling() -> None:
    """What is asked, what was found, and a run of one's own."""
    st.markdown(t("translation.forcing.sampling.asked"))
    try:
        shipped = shipped_result()
    except GlassboxError as error:
        show_error(error)
    else:
        _show_result(shipped, "translation.forcing.shipped")
        with st.expander(t("translation.forcing.sampling.limits_title"), icon=":material/help:"):
            st.markdown(t("translation.forcing.sampling.limits"))
    st.divider()
    _show_own_run()


def _show_result(result: ScheduledResult, key: str) -> None:
    """Forced and free at the end, then the way there, then the table and how it was made."""
    from core.plots.translation_forcing_sampling import ending_figure, learning_figure

    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(ending_figure(result, t), key=f"{key}.ending")
        st.caption(t("translation.forcing.ending.reading"))
    with right:
        st.plotly_chart(learning_figure(result, t), key=f"{key}.learning")
        st.caption(t("translation.forcing.learning.reading"))
    _show_summary(result)
    rows = _rows(result)
    st.dataframe(rows, hide_index=True, key=f"{key}.table")
    st.caption(t("translation.forcing.sampling.table_reading", seeds=len(result.seeds)))
    show_csv(lambda: csv_text(rows), "scheduled_sampling.csv", f"{key}.csv")
    st.caption(
        t(
            "translation.forcing.sampling.made",
            command=result.command,
            settings=", ".join(f"{name} {value}" for name, value in result.parameters.items()),
            pairs=result.pairs,
            held_out=result.held_out,
            weights=result.weights,
            date=result.date,
            torch=result.versions.get("torch", "?"),
            cores=result.cores,
            machine=result.machine,
            seconds=sum(run.seconds for run in result.runs),
        )
    )


def _show_summary(result: ScheduledResult) -> None:
    """What the sampling variants changed against the reference only: the gap, and what counts."""
    if "forced" not in result.variants:
        return
    for variant in (name for name in result.variants if name != "forced"):
        st.markdown(
            t(
                "translation.forcing.sampling.said",
                variant=t(f"translation.forcing.variant.{variant}"),
                gap=100 * result.gap("forced").mean,
                own_gap=100 * result.gap(variant).mean,
                free=100 * result.last("forced", "free_right").mean,
                own_free=100 * result.last(variant, "free_right").mean,
                forced=100 * result.last("forced", "forced_right").mean,
                own_forced=100 * result.last(variant, "forced_right").mean,
            )
        )


def _rows(result: ScheduledResult) -> list[dict[str, object]]:
    """One row a variant: mean and range over the seeds."""
    rows = []
    for variant in result.variants:
        row: dict[str, object] = {
            t("translation.forcing.column.variant"): t(f"translation.forcing.variant.{variant}")
        }
        for measure in MEASURES:
            found, form = result.last(variant, measure), ".3f" if measure == "forced_loss" else ".1%"
            row[t(f"translation.forcing.measure.{measure}")] = (
                f"{found.mean:{form}} ({found.low:{form}} … {found.high:{form}})"
            )
        gap = result.gap(variant)
        row[t("translation.forcing.measure.gap")] = f"{gap.mean:.1%} ({gap.low:.1%} … {gap.high:.1%})"
        rows.append(row)
    return rows


def _show_own_run() -> None:
    st.subheader(t("translation.forcing.own.title"), anchor=False)
    st.markdown(t("translation.forcing.own.lead"))
    left, right = st.columns([1, 2], gap="large")
    with left:
        parameters = _show_inputs()
        with st.container(horizontal=True):
            show_link("translation", {"view": "forcing", "forcing_part": "sampling"})
            if parameters is not None:
                show_command(COMMAND, parameters)
    with right:
        job = show_job_panel(KIND, parameters, PANEL, "translation.forcing.own.start")
        if job is None:
            _show_live()
        else:
            try:
                _show_result(read_result(job.result_folder / RESULT_FILE), "translation.forcing.own")
            except GlassboxError as error:
                show_error(error)


def _show_inputs() -> dict[str, object] | None:
    """The job's parameters, or None while no variant is chosen."""
    key = "translation.forcing.variants"
    st.session_state.setdefault(key, list(VARIANTS))
    variants = st.pills(
        t("translation.forcing.own.variants"),
        VARIANTS,
        selection_mode="multi",
        wrap=True,
        format_func=naming("translation.forcing.variant.*"),
        key=key,
        help=t("translation.forcing.own.variants_help"),
        persist_state="session",
    )
    defaults = Parameters()
    values: dict[str, object] = {}
    for name, first, step in (
        ("seed", 3, 1),
        ("pairs", defaults.pairs, 500),
        ("epochs", defaults.epochs, 2),
        ("width", defaults.width, 32),
    ):
        low, high = LIMITS.get(name, (0, 9999))
        own = f"translation.forcing.own.{name}"
        st.session_state.setdefault(own, first)
        values[name] = st.number_input(
            t(f"{own}"), low, high, step=step, key=own, help=t(f"{own}_help"), persist_state="session"
        )
    if not variants:
        st.caption(t("translation.forcing.own.choose"))
        return None
    seed = values.pop("seed")
    return {**values, "seeds": [seed], "variants": [name for name in VARIANTS if name in variants]}


def _show_live() -> None:
    """The curves of the newest run while it is at work; an empty place says what will be here."""
    own = [job for job in jobs.jobs_of(workspace_hash()) if job.kind == KIND]
    if not own:
        st.info(t("translation.forcing.own.empty"), icon=":material/play_circle:")
        return
    running = own[-1].state().status == "running"
    st.fragment(_draw_live, run_every=SECONDS_BETWEEN_POLLS if running else None)(own[-1])


def _draw_live(job: Job) -> None:
    from core.plots.translation_forcing_sampling import live_figure

    try:
        epochs = parameters_from(job.parameters).epochs
    except GlassboxError:
        return  # the panel above says what is wrong with it
    curves = {name: points for name, points in job.curves().items() if name in VARIANTS and points}
    if curves:
        st.plotly_chart(live_figure(curves, epochs, t), key="translation.forcing.live")
        st.caption(t("translation.forcing.live.reading"))
