"""Long sentences: the LSTM's single state against what attention can look at."""

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.cache import translation_by_length
from ui.inputs import show_csv, show_link
from ui.queue import turn_in_queue
from ui.text import show_error, t
from ui.translation.inside_link import MODELS


def show_length() -> None:
    """Three figures over the same quarters of the captions."""
    st.markdown(t("translation.inside.length.asked"))
    try:
        with turn_in_queue(st.empty()), st.spinner(t("translation.inside.length.measuring")):
            bands = {model: translation_by_length(model) for model in MODELS}
    except GlassboxError as error:
        show_error(error)
        return
    from core.plots.translation_inside_bridge import length_figure

    first, last = bands["lstm"][0], bands["lstm"][-1]
    st.markdown(
        t(
            "translation.inside.length.said",
            short=first.numbers,
            long=last.numbers,
            lstm=last.loss.value - first.loss.value,
            gru=bands["gru"][-1].loss.value - bands["gru"][0].loss.value,
            transformer=bands["transformer"][-1].loss.value - bands["transformer"][0].loss.value,
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(length_figure(bands, "numbers", t), key="translation.inside.by_numbers")
        st.caption(t("translation.inside.by_numbers.reading"))
    with right:
        st.plotly_chart(length_figure(bands, "loss", t), key="translation.inside.by_loss")
        st.caption(t("translation.inside.by_loss.reading"))
    st.plotly_chart(length_figure(bands, "found", t), key="translation.inside.by_found")
    st.caption(t("translation.inside.by_found.reading"))
    rows = [
        {
            t("translation.inside.column.model"): t(f"translation.inside_model.{model}"),
            t("translation.inside.by_length.x"): f"{band.shortest}–{band.longest}",
            t("translation.inside.by_numbers.y"): band.numbers,
            t("translation.inside.by_loss.y"): band.loss.value,
            t("translation.inside.by_found.y"): band.found.value,
        }
        for model, found in bands.items()
        for band in found
    ]
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "lengths.csv", "translation.inside.length.csv")
        show_link("translation", {"view": "inside", "inside_part": "length"})
