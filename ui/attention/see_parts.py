"""Below the chosen head: the arithmetic of a cell, all heads as a list, the sink, rollout."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.attention_see_more import (
    head_rows,
    heads_figure,
    rollout_figure,
    sink_figure,
    state_length_figure,
)
from ui.attention.see_cell import show_cell
from ui.attention.see_place import choose_head, clicked_data
from ui.inputs import show_csv, show_segments
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.head_kinds import HeadKinds
    from core.attention.reading import Reading
    from core.attention.rollout import BlankedOut
    from core.attention.sink import Sink

PARTS = ("cell", "heads", "sink", "rollout")


def show_parts(reading: "Reading", kinds: "HeadKinds", head: tuple[int, int], cell: tuple[int, int]) -> None:
    """The chosen one of the four."""
    st.divider()
    part = show_segments("attention", "see_part", PARTS)
    if part == "cell":
        show_cell(reading, *head, *cell)
    elif part == "heads":
        _show_all_heads(kinds, head)
    elif part == "sink":
        _show_sink(reading)
    else:
        _show_rollout(reading, head[0], cell[0])


def _show_all_heads(kinds: "HeadKinds", head: tuple[int, int]) -> None:
    st.markdown(t("attention.see.heads.lead"))
    st.plotly_chart(
        heads_figure(kinds, head, t),
        key="attention.see.heads",
        on_select=_head_clicked,
        selection_mode="points",
        config={"displayModeBar": False},
    )
    st.caption(t("attention.see.heads.reading"))
    rows = head_rows(kinds, t)
    st.dataframe(rows, hide_index=True, key="attention.see.heads_table", height=320)
    st.caption(t("attention.see.heads.measures"))
    show_csv(lambda: csv_text(rows), "heads.csv", "attention.see.heads_download")


def _head_clicked() -> None:
    place = clicked_data("attention.see.heads")
    if place is not None:
        choose_head(int(place[0]), int(place[1]))


def _show_sink(reading: "Reading") -> None:
    st.markdown(t("attention.see.sink.lead"))
    try:
        sink = _sink_of(reading)
    except GlassboxError as error:
        show_error(error)
        return
    peak = int(sink.state_length.argmax())
    st.markdown(
        t(
            "attention.see.sink.found",
            share=sink.average_share,
            carried=sink.carried.mean().item(),
            value=sink.value_length.mean().item(),
            word=sink.first_word,
            moved=sink.word_moved,
            newcomer=sink.new_first_word,
            newcomer_share=sink.newcomer,
            peak=peak,
            length=sink.state_length[peak].item(),
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(sink_figure(sink, t), key="attention.see.sink_chart")
        st.caption(t("attention.see.sink.reading"))
    with right:
        st.plotly_chart(state_length_figure(sink, t), key="attention.see.state_chart")
        st.caption(t("attention.see.sink.state_reading"))
    st.markdown(t(f"attention.see.sink.why_{'causal' if reading.model.causal else 'both'}"))


def _sink_of(reading: "Reading") -> "Sink":
    from core.attention.sink import measure_sink

    kept = st.session_state.get("attention.see.sink")
    if kept is None or kept[0] is not reading:
        with turn_in_queue(st.empty()), st.spinner(t("attention.see.reading")):
            kept = st.session_state["attention.see.sink"] = (reading, measure_sink(reading))
    found: Sink = kept[1]
    return found


def _show_rollout(reading: "Reading", layer: int, row: int) -> None:
    from core.attention.rollout import attention_rollout

    st.markdown(t("attention.see.rollout.lead"))
    st.latex(r"R_0 = I, \qquad R_\ell = \tfrac12\,(\bar A_\ell + I)\,R_{\ell-1}")
    pressed = st.button(
        t("attention.see.rollout.run"),
        key="attention.see.blank",
        icon=":material/science:",
        help=t("attention.see.rollout.run_help"),
    )
    effects = _blanked(reading, row, pressed)
    rolled = attention_rollout(reading.weights)[layer, row]
    raw = reading.weights[layer, :, row].mean(0)
    st.plotly_chart(
        rollout_figure(reading.tokens, raw, rolled, row, effects, t), key="attention.see.rollout_chart"
    )
    st.caption(t("attention.see.rollout.reading", layer=layer))
    if effects is not None:
        st.markdown(t("attention.see.rollout.agreement", **effects.agreement))
    else:
        st.info(t("attention.see.rollout.empty"), icon=":material/science:")


def _blanked(reading: "Reading", row: int, pressed: bool) -> "BlankedOut | None":
    """What blanking the tokens did to this one, if the reader has asked for it."""
    from core.attention.rollout import blank_effects

    kept = st.session_state.get("attention.see.blanked")
    if pressed:
        try:
            with turn_in_queue(st.empty()), st.spinner(t("attention.see.rollout.running"), show_time=True):
                kept = (reading, blank_effects(reading, row))
        except GlassboxError as error:
            show_error(error)
            return None
        st.session_state["attention.see.blanked"] = kept
    if kept is None or kept[0] is not reading or kept[1].row != row:
        return None
    found: BlankedOut = kept[1]
    return found
