"""ALiBi: the slopes, one head's bias, and how far a head sees."""

import streamlit as st

from core.attention.positions import alibi
from core.csv_export import csv_text
from core.plots.attention_positions_bias import matrix_figure, reach_figure, slopes_figure
from core.plots.attention_positions_sinusoidal import table_rows
from ui.attention.positions_link import show_bar, show_slider
from ui.inputs import show_csv
from ui.text import t

FAR = 2048
"""Tokens of the past over which the reach is drawn."""


def show_alibi() -> None:
    """Controls and slopes, the bias, the weights that it leaves."""
    st.markdown(t("attention.positions.alibi.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        heads = show_slider("heads", 1, 64, 8)
        # A slider needs two values: with a single head there is nothing to choose.
        head = show_slider("bias_head", 1, heads, 3) - 1 if heads > 1 else 0
        length = show_slider("length", 2, 128, 24)
        show_bar(
            "alibi",
            {"positions_heads": heads, "positions_bias_head": head + 1, "positions_length": length},
            f"--scheme alibi --heads {heads} --head {head} --length {length}",
        )
        slopes = alibi.slopes(heads)
        st.plotly_chart(slopes_figure(slopes, head, t), key="attention.positions.alibi.slopes")
    bias = alibi.bias(heads, length)[head]
    with right:
        title = t("attention.positions.alibi.matrix", head=head + 1)
        drawn = matrix_figure(bias, title, t, causal=True)
        st.plotly_chart(drawn, key="attention.positions.alibi.matrix")
        st.caption(t("attention.positions.alibi.matrix_reading"))
        show_csv(lambda: csv_text(table_rows(bias)), "alibi.csv", "attention.positions.alibi.csv")
    slope = float(slopes[head])
    power = 2 ** (heads.bit_length() - 1)
    rule = "power" if heads == power else "other"
    values = {"heads": heads, "head": head + 1, "slope": slope, "lower": power, "twice": 2 * power}
    st.markdown(t(f"attention.positions.alibi.rule_{rule}", ratio=2 ** (-8 / power), **values))
    st.markdown(t("attention.positions.alibi.formula", far=length - 1, cost=slope * (length - 1), **values))
    drawn = reach_figure(alibi.share_within(heads, FAR), head, t)
    st.plotly_chart(drawn, key="attention.positions.alibi.reach")
    st.caption(
        t("attention.positions.alibi.reach_reading", head=head + 1, reach=alibi.reach(slope), slope=slope)
    )
