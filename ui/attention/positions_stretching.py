"""Stretching RoPE: interpolation, NTK-aware, dynamic, YaRN and Llama 3 as curves, with their arithmetic."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.positions import scaling
from core.attention.positions.stretching import near_distances, seen_by_scheme, stretching
from core.csv_export import csv_text
from core.plots.attention_positions_rope import curves_figure
from core.plots.attention_positions_stretching import ratio_figure, stretching_rows, wavelengths_figure
from ui.attention.positions_heads import show_head, show_text, vectors_of
from ui.attention.positions_link import BASES, CONTEXTS, FACTORS, show_bar, show_choice, show_slider
from ui.inputs import show_csv
from ui.text import t

if TYPE_CHECKING:
    from core.attention.positions.stretching import Stretching

WIDTH = 64
"""Of SmolLM2's heads, and of many models'."""


def show_stretching() -> None:
    """Controls, both families of curves, the numbers of one pair, and a real head's view."""
    st.markdown(t("attention.positions.stretching.lead"))
    first, second, third, fourth = st.columns(4)
    with first:
        factor = float(show_choice("factor", FACTORS, "4"))
    with second:
        context = int(show_choice("context", CONTEXTS, "8192"))
    with third:
        base = float(show_choice("base", BASES, "100000"))
    with fourth:
        pair = show_slider("pair", 0, WIDTH // 2 - 1, 18)
    found = stretching(WIDTH, base, factor, context)
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(wavelengths_figure(found, pair, t), key="attention.positions.stretching.wavelengths")
        st.caption(t("attention.positions.stretching.wavelengths_reading"))
    with right:
        st.plotly_chart(ratio_figure(found, pair, t), key="attention.positions.stretching.ratio")
        st.caption(t("attention.positions.stretching.ratio_reading"))
    _show_numbers(found, base, pair)
    _show_head(found)


def _show_numbers(found: "Stretching", base: float, pair: int) -> None:
    rows = stretching_rows(found, pair, t)
    st.markdown(t("attention.positions.stretching.pair", pair=pair))
    st.dataframe(rows, hide_index=True, key="attention.positions.stretching.table")
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "stretching.csv", "attention.positions.stretching.csv")
        values = {
            "positions_factor": int(found.factor),
            "positions_context": found.context,
            "positions_base": int(base),
            "positions_pair": pair,
        }
        numbers = f"--dim {WIDTH} --base {base:.0f} --factor {found.factor:.0f} --context {found.context}"
        show_bar("stretching", values, f"--scheme rope --scaling yarn --length 64 {numbers}")
    shown = {each.scheme: each for each in found.schemes}
    own, *_ = found.numbers(pair)
    scheme = st.selectbox(
        t("attention.positions.stretching.which"),
        scaling.SCHEMES,
        format_func={name: t(f"attention.positions.stretching.scheme.{name}") for name in shown}.__getitem__,
        key="attention.positions.stretching_scheme",
        help=t("attention.positions.stretching.which_help"),
        persist_state="session",
    )
    chosen = shown[scheme]
    st.markdown(
        t(
            f"attention.positions.stretching.formula.{scheme}",
            pair=pair,
            double=2 * pair,
            dim=WIDTH,
            less=WIDTH - 2,
            base=f"{base:.0f}",
            newbase=f"{chosen.base:.0f}",
            factor=found.factor,
            context=found.context,
            half=found.half,
            stretch=found.dynamic_stretch,
            own=own.speed,
            speed=float(chosen.speeds[pair]),
            turns=own.turns_trained,
            kept=float(chosen.kept[pair]),
            low=chosen.ramp[0],
            high=chosen.ramp[1],
            scale=chosen.attention_scale,
            square=chosen.attention_scale**2,
        )
    )


def _show_head(found: "Stretching") -> None:
    st.subheader(t("attention.positions.stretching.head"), anchor=False)
    st.markdown(t("attention.positions.stretching.head_lead"))
    text = show_text()
    vectors = vectors_of(text)
    if vectors is None:
        return
    layer, head = show_head(vectors)
    distances = near_distances()
    curves = [
        (t(f"attention.positions.stretching.scheme.{name}"), values)
        for name, values in seen_by_scheme(found, vectors.products[layer, head], distances)
    ]
    drawn = curves_figure(
        t("attention.positions.stretching.seen", layer=layer, head=head),
        t("attention.positions.axis.distance"),
        t("attention.positions.axis.mean_score"),
        distances,
        curves,
        logarithmic=False,
    )
    st.plotly_chart(drawn, key="attention.positions.stretching.seen")
    st.caption(t("attention.positions.stretching.seen_reading", factor=found.factor))
