"""Relative positions: Shaw's clipped distances and T5's buckets."""

import streamlit as st

from core.attention.positions import relative
from core.csv_export import csv_text
from core.plots.attention_positions_bias import buckets_figure, matrix_figure
from core.plots.attention_positions_sinusoidal import table_rows
from ui.attention.positions_link import KINDS, show_bar, show_slider
from ui.inputs import show_csv, show_segments
from ui.text import t

SHAW_CLIP = 16
"""The largest distance told apart in Shaw et al.'s experiments, section 4.1."""
SHOWN = 160
"""Offsets to either side."""


def show_relative() -> None:
    """Controls, the staircase of buckets, the matrix, the arithmetic of one offset."""
    st.markdown(t("attention.positions.relative.lead"))
    kind = show_segments("attention", "positions_kind", KINDS)
    left, right = st.columns(2, gap="large")
    with left:
        offset = show_slider("offset", -SHOWN, SHOWN, -20)
        length = show_slider("length", 2, 128, 64)
        values = {"positions_kind": kind, "positions_offset": offset, "positions_length": length}
        causal = " --causal" if kind == "t5_causal" else ""
        show_bar("relative", values, f"--scheme t5 --length {length}{causal}" if kind != "shaw" else "")
        staircase = relative.staircase(kind, SHOWN, SHAW_CLIP)
        drawn = buckets_figure(staircase.offsets, staircase.buckets, offset, t)
        st.plotly_chart(drawn, key="attention.positions.relative.staircase")
        st.caption(t(f"attention.positions.relative.reading_{kind}"))
    with right:
        matrix = relative.matrix(kind, length, SHAW_CLIP)
        title = t("attention.positions.relative.matrix")
        drawn = matrix_figure(matrix, title, t, causal=kind == "t5_causal", whole=True)
        st.plotly_chart(drawn, key="attention.positions.relative.matrix")
        st.caption(t("attention.positions.relative.matrix_reading"))
        show_csv(lambda: csv_text(table_rows(matrix)), "buckets.csv", "attention.positions.relative.csv")
    _show_formula(kind, offset)


def _show_formula(kind: str, offset: int) -> None:
    if kind == "shaw":
        index = relative.shaw_index(offset, SHAW_CLIP)
        values = {"offset": offset, "clip": SHAW_CLIP, "cut": index - SHAW_CLIP, "index": index}
        st.markdown(t("attention.positions.relative.formula_shaw", **values))
        return
    step = relative.bucket_step(offset, bidirectional=kind == "t5")
    form = "exact" if step.distance < step.exact else "wide"
    values = {**vars(step), "wide": step.per_side - step.exact, "largest": relative.LARGEST}
    st.markdown(t(f"attention.positions.relative.formula_{form}", **values))
