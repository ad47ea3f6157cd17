"""The measured speed of every format that this processor can run."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.quantise.speed_load import BATCHES, LENGTHS, ROUNDS, SHORT, check_load
from ui.inputs import show_command, show_csv, show_link
from ui.memory.precision_controls import show_number
from ui.queue import turn_in_queue
from ui.text import naming, show_error, t

if TYPE_CHECKING:
    from core.memory.quantise.speed import SpeedRun

RUNS = "memory.precision.speeds"
MOST_RUNS = 6
COMMAND = "python -m core memory speed --batch {batch} --tokens {length} --rounds {rounds}"


def show_speed() -> None:
    """The load and the button on the left, the measured figures on the right."""
    st.markdown(t("memory.precision.speed.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        batch, length = show_number("batch", *BATCHES), show_number("length", *LENGTHS)
        rounds = show_number("rounds", *ROUNDS)
        refusal = _refusal(batch, length)
        if refusal is not None:
            show_error(refusal)
        pressed = st.button(
            t("memory.precision.speed.start"),
            key="memory.precision.speed.start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=refusal is not None,
        )
        values = {"precision_batch": batch, "precision_length": length, "precision_rounds": rounds}
        with st.container(horizontal=True):
            show_link("memory", {"view": "precision", "precision_part": "speed", **values})
            show_command(
                COMMAND.format(batch=batch, length=length, rounds=rounds),
                {"batch": batch, "length": length, "rounds": rounds},
            )
    with right:
        run = _run(batch, length, rounds, pressed)
        if run is None:
            st.info(t("memory.precision.speed.empty"), icon=":material/play_circle:")
        else:
            _show_run(run)
    if run is not None:
        _show_table(run)
    with st.expander(t("memory.precision.speed.gpu_title"), icon=":material/menu_book:"):
        st.markdown(t("memory.precision.speed.gpu"))


def _refusal(batch: int, length: int) -> GlassboxError | None:
    try:
        check_load(batch, length)
    except GlassboxError as error:
        return error
    return None


def _run(batch: int, length: int, rounds: int, pressed: bool) -> "SpeedRun | None":
    """The last measurement of this load, or a new one where the button says so."""
    runs: dict[tuple[int, int, int], SpeedRun] = st.session_state.setdefault(RUNS, {})
    key = (batch, length, rounds)
    if not pressed:
        return runs.get(key)
    from core.memory.quantise.speed import run_speed

    place, working = st.empty(), t("memory.precision.speed.working")
    try:
        with turn_in_queue(place):
            bar = place.progress(0.0, text=working)

            def report(done: float) -> None:
                bar.progress(done, text=working)

            runs[key] = run_speed(
                list(dict.fromkeys((SHORT, (batch, length)))),
                rounds,
                report=report,
            )
        place.empty()
    except GlassboxError as error:
        show_error(error)
        return None
    for oldest in list(runs)[:-MOST_RUNS]:
        del runs[oldest]
    return runs[key]


def _show_run(run: "SpeedRun") -> None:
    from core.plots.memory_precision_speed import speed_figure

    st.plotly_chart(speed_figure(run, t), key="memory.precision.speed.chart")
    st.caption(t("memory.precision.speed.caption"))
    named = naming("memory.precision.runnable.*")
    large = run.loads[-1]
    short_best, large_best = run.fastest(SHORT), run.fastest(large)
    if not run.missing:
        st.markdown(
            t(
                "memory.precision.speed.said",
                short=named(short_best),
                short_times=run.times_as_fast(short_best, SHORT),
                large=named(large_best),
                large_times=run.times_as_fast(large_best, large),
                batch=large[0],
                length=large[1],
                int8=run.times_as_fast("int8", large),
                bf16=run.times_as_fast("bf16", large),
                nf4=run.times_as_fast("nf4", SHORT),
            )
        )
    else:
        names = ", ".join(named(name) for name in run.missing)
        st.warning(t("memory.precision.speed.missing", names=names), icon=":material/block:")
    st.caption(
        t(
            "memory.precision.speed.machine",
            threads=run.threads,
            capability=run.capability,
            tiles=t(f"memory.precision.speed.{'yes' if run.tiles else 'no'}"),
            rounds=run.rounds,
        )
    )


def _show_table(run: "SpeedRun") -> None:
    from core.plots.memory_precision_speed import speed_rows

    rows = speed_rows(run, t)
    st.dataframe(rows, hide_index=True, key="memory.precision.speed.table", height="content")
    st.caption(t("memory.precision.speed.table_caption"))
    show_csv(lambda: csv_text(rows), "speed.csv", "memory.precision.speed.csv")
