"""What a wider beam finds, and what it costs."""

import streamlit as st

from core.csv_export import csv_text
from core.plots.translation_translate_search import width_figure
from ui.inputs import show_csv
from ui.text import t
from ui.translation.translate_choice import Chosen
from ui.translation.translate_models import by_width

WIDTHS = (1, 2, 3, 5, 10, 20)
SAME = 1e-3
"""Nats: a smaller difference is that of floating-point numbers, not of translations."""


def show_width(chosen: Chosen) -> None:
    """The likeliest translation that searches of several widths find."""
    found = by_width(chosen.model, chosen.text, WIDTHS)
    st.plotly_chart(width_figure(found, t), key="translation.translate.width")
    st.caption(t("translation.translate.width.reading"))
    likeliest = max(found, key=lambda one: one.log_probability)
    first = next(one for one in found if likeliest.log_probability - one.log_probability < SAME)
    gain = likeliest.log_probability - found[0].log_probability
    said = "nothing" if first is found[0] else "gained"
    st.markdown(t(f"translation.translate.width.{said}", width=first.width, gain=gain, widest=WIDTHS[-1]))
    rows = [
        {
            t("translation.translate.column.width"): one.width,
            t("translation.translate.column.total"): round(one.log_probability, 3),
            t("translation.translate.column.length"): one.length,
            t("translation.translate.column.milliseconds"): round(one.seconds * 1000),
            t("translation.translate.column.text"): one.text,
        }
        for one in found
    ]
    st.dataframe(rows, hide_index=True, key="translation.translate.width.table")
    show_csv(lambda: csv_text(rows), "widths.csv", "translation.translate.width.csv")
