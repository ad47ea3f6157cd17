"""The logit lens on the reader's sentence: what each layer would say, and one position through the layers."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.attention.matter_link import SHADES
from ui.attention.matter_reading import read_sentence, shown_token
from ui.attention.sentence import show_sentence
from ui.inputs import show_csv, show_link, show_segments
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.logit_lens import LogitLens
    from core.attention.reading import Reading

COLUMNS = 8
"""Positions drawn at first: as many as a narrow screen can read."""


def show_lens() -> None:
    """Sentence and controls on the left, the map on the right, one position below."""
    st.markdown(t("attention.matter.lens.lead"))
    left, right = st.columns([2, 5], gap="large")
    with left:
        model, text = show_sentence()
    with right:
        reading = read_sentence(model, text)
        lens = _lens(reading) if reading is not None else None
    if lens is None:
        return
    with left:
        shade = show_segments("attention", "matter_shade", SHADES)
        first, columns = _show_window(lens)
        with st.container(horizontal=True):
            show_link(
                "attention",
                {
                    "view": "matter",
                    "matter_part": "lens",
                    "model": model,
                    "text": text,
                    "matter_shade": shade,
                },
            )
            show_csv(lambda: csv_text(_rows(lens)), "logit_lens.csv", "attention.matter.lens.csv")
    with right:
        _show_map(lens, first, columns, shade)
    _show_place(lens)


def _lens(reading: "Reading") -> "LogitLens | None":
    """The lens on this text, kept beside its reading."""
    from core.attention.logit_lens import read_streams

    kept: tuple[Reading, LogitLens] | None = st.session_state.get("attention.matter.lens")
    if kept is None or kept[0] is not reading:
        try:
            with turn_in_queue(st.empty()), st.spinner(t("attention.matter.lens.reading_text")):
                kept = (reading, read_streams(reading.model, reading.ids, reading.hidden))
        except GlassboxError as error:
            show_error(error)
            return None
        st.session_state["attention.matter.lens"] = kept
    return kept[1]


def _show_window(lens: "LogitLens") -> tuple[int, int]:
    """Which positions are drawn; the last ones at first, because there the prediction is."""
    count = len(lens.tokens)
    if lens.left_out:
        st.caption(t("attention.matter.lens.left_out", shown=count, left=lens.left_out))
    if count <= COLUMNS:
        return 0, count
    low, high = st.slider(
        t("attention.matter.lens.window"),
        1,
        count,
        (count - COLUMNS + 1, count),
        key=f"attention.matter.lens_positions.{count}",
        help=t("attention.matter.lens.window_help"),
    )
    return low - 1, high - low + 1


def _show_map(lens: "LogitLens", first: int, columns: int, shade: str) -> None:
    from core.plots.attention_matter_lens import lens_figure

    st.plotly_chart(lens_figure(lens, first, columns, shade, t), key="attention.matter.lens.chart")
    st.caption(t("attention.matter.lens.reading"))


def _show_place(lens: "LogitLens") -> None:
    from core.plots.attention_matter_lens import lens_position_figure

    count = len(lens.tokens)
    key = "attention.matter.lens_place"
    if st.session_state.get("attention.matter.lens_place_of") != id(lens):
        st.session_state["attention.matter.lens_place_of"] = id(lens)
        st.session_state[key] = lens.surest + 1
    left, right = st.columns([2, 5], gap="large")
    with left:
        place = 1
        if count > 1:
            place = st.slider(
                t("attention.matter.lens.place"),
                1,
                count,
                key=key,
                help=t("attention.matter.lens.place_help"),
            )
        where = place - 1
        st.markdown(
            t(
                "attention.matter.lens.said",
                context=shown_token("".join(lens.tokens[max(0, where - 5) : place])),
                final=shown_token(lens.top_tokens[-1][where][0]),
                settled=lens.settled_at(where),
                layers=len(lens.entropy) - 1,
                probability=lens.final_probability[-1][where],
                middle=len(lens.entropy) // 2,
                middle_rank=lens.final_rank[len(lens.entropy) // 2][where],
                read_rank=lens.input_rank[0][where],
            )
        )
    with right:
        st.plotly_chart(lens_position_figure(lens, where, t), key="attention.matter.lens.place_chart")
        st.caption(t("attention.matter.lens.place_reading"))


def _rows(lens: "LogitLens") -> list[dict[str, object]]:
    return [
        {
            t("attention.matter.lens.y"): layer,
            t("attention.matter.lens.x"): place + 1,
            t("attention.matter.tokens.x"): lens.tokens[place],
            t("attention.matter.lens.top"): lens.top_tokens[layer][place][0],
            t("attention.matter.lens.shade.probability"): lens.top_probabilities[layer][place][0],
            t("attention.matter.lens.rank.final"): lens.final_rank[layer][place],
            t("attention.matter.lens.shade.final"): lens.final_probability[layer][place],
            t("attention.matter.lens.shade.entropy"): lens.entropy[layer][place],
        }
        for layer in range(len(lens.entropy))
        for place in range(len(lens.tokens))
    ]
