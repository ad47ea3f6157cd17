"""Learned positions: MiniLM's own table, what lies beyond its end, and why adding works."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.positions import added, learned
from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.attention_positions_learned import distance_figure, similarity_figure, waves_figure
from core.plots.attention_positions_sinusoidal import table_figure, table_rows
from ui.attention.positions_heads import show_text
from ui.attention.positions_link import show_bar
from ui.inputs import show_csv
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.positions.learned import LearnedView

EVERY = 4
"""Of the table's 512 rows, those drawn."""


def show_learned() -> None:
    """The table, one position, all distances, and the sum of word and position."""
    st.markdown(t("attention.positions.learned.lead"))
    view = _view()
    controls, table_place = st.columns([2, 3], gap="large")
    with controls:
        position = _show_position(len(view.table))
        st.markdown(t("attention.positions.learned.formula", last=len(view.table) - 1, place=position))
        show_bar("learned", {"positions_at": position}, "--scheme learned --dim 384 --length 512")
    with table_place:
        title = t("attention.positions.learned.table")
        drawn = table_figure(view.table, position, None, title, t, EVERY, view.middle)
        st.plotly_chart(drawn, key="attention.positions.learned.table")
        st.caption(t("attention.positions.learned.table_reading"))
        show_csv(lambda: csv_text(table_rows(view.table)), "learned.csv", "attention.positions.learned.csv")
    try:
        learned.row(view.table, position)
    except GlassboxError as error:
        show_error(error)
        st.caption(t("attention.positions.learned.beyond"))
    else:
        _show_row(view, position)
    _show_sum()


def _view() -> "LearnedView":
    """The table read in every way that does not depend on a choice; kept in the session."""
    key = "attention.positions.learned_view"
    if key not in st.session_state:
        with st.spinner(t("attention.positions.reading")):
            st.session_state[key] = learned.learned_view()
    found: LearnedView = st.session_state[key]
    return found


def _show_position(rows: int) -> int:
    key = "attention.positions_at"
    st.session_state.setdefault(key, 40)
    return int(
        st.number_input(
            t("attention.positions.learned.position"),
            0,
            100_000,
            key=key,
            help=t("attention.positions.learned.position_help", last=rows - 1),
            persist_state="session",
        )
    )


def _show_row(view: "LearnedView", position: int) -> None:
    st.plotly_chart(
        similarity_figure(view.cosines[position], position, t), key="attention.positions.learned.similarity"
    )
    left, right = st.columns(2, gap="large")
    with left:
        drawn = distance_figure(view.by_distance, view.sinusoidal, t)
        st.plotly_chart(drawn, key="attention.positions.learned.distance")
        st.caption(t("attention.positions.learned.distance_reading", share=view.by_distance.share_explained))
    with right:
        drawn = waves_figure(view.waves, position, t)
        st.plotly_chart(drawn, key="attention.positions.learned.waves")
        st.caption(t("attention.positions.learned.waves_reading"))


def _show_sum() -> None:
    st.subheader(t("attention.positions.sum.title"), anchor=False)
    st.markdown(t("attention.positions.sum.lead"))
    text = show_text()
    try:
        found = added.take_apart(text)
    except GlassboxError as error:
        show_error(error)
        return
    share, words, places, cosine = st.columns(4)
    for column, name, value in (
        (share, "share", f"{found.position_share:.0%}"),
        (words, "words", f"{found.words_found:.0%}"),
        (places, "places", f"{found.positions_found:.0%}"),
        (cosine, "cosine", f"{found.mean_cosine:.3f}"),
    ):
        label = t(f"attention.positions.sum.{name}")
        column.metric(label, value, help=t(f"attention.positions.sum.{name}_help"))
    st.caption(t("attention.positions.sum.reading", **vars(found)))
