"""Sliding windows and segments: what a trained model loses without its first tokens, and how far it sees."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from ui.attention import variants_inputs as inputs
from ui.models import ready_language_model
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.recurrence import RecurrenceLosses
    from core.attention.windows import Reach, WindowCurve

WINDOWS = (4, 8, 16, 32, 64)
TEXT = 129
SEGMENT = 16
SINKS = 4


def show_windows() -> None:
    """Reach over the layers, the loss by window, segments with a memory."""
    st.markdown(t("attention.variants.windows.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = inputs.show_text()
        found = inputs.sentence_ids(text)
        st.session_state.setdefault("attention.variants_window", 3)
        window = st.slider(
            t("attention.variants.windows.window"),
            1,
            12,
            key="attention.variants_window",
            help=t("attention.variants.windows.window_help"),
            persist_state="session",
        )
        inputs.show_section_link("windows", text, variants_window=window)
    if found is not None:
        with right:
            try:
                _show_reach(found[0], int(window))
            except GlassboxError as error:
                show_error(error)
    st.divider()
    _show_losses()
    st.divider()
    _show_segments()


def _show_reach(ids: list[int], window: int) -> None:
    from core.attention.windows import reach
    from core.plots.attention_variants_cache import reach_figure

    def measure() -> "Reach":
        model = ready_language_model(inputs.MODEL)
        return reach(model, ids, window, model.encode(t("attention.variants.windows.other"))[0])

    found = inputs.kept_for("reach", (ids, window), measure)
    st.plotly_chart(reach_figure(found, t), key="attention.variants.windows.reach")
    st.caption(t("attention.variants.windows.reach.reading", window=window, step=window - 1))


def _show_losses() -> None:
    from core.plots.attention_variants_cache import window_figure

    st.subheader(t("attention.variants.windows.loss.subtitle"), anchor=False)
    st.markdown(t("attention.variants.windows.loss.lead", tokens=TEXT - 1, sinks=SINKS))
    curve = inputs.run_for("windows.loss", (), _measure_windows)
    if curve is not None:
        st.plotly_chart(window_figure(curve, t), key="attention.variants.windows.loss.chart")
        st.caption(t("attention.variants.windows.loss.reading", scored=curve.tokens, sinks=curve.sinks))


def _measure_windows(progress: inputs.Progress) -> "WindowCurve":
    from core.attention.exchange import prose_ids
    from core.attention.windows import window_curve

    model = ready_language_model(inputs.MODEL)
    return window_curve(model, prose_ids(model, TEXT), WINDOWS, SINKS, progress)


def _show_segments() -> None:
    from core.plots.attention_variants_cache import recurrence_figure

    st.subheader(t("attention.variants.windows.segments.subtitle"), anchor=False)
    st.markdown(t("attention.variants.windows.segments.lead", tokens=TEXT - 1, segment=SEGMENT))
    losses = inputs.run_for("windows.segments", (), _measure_segments)
    if losses is not None:
        inputs.show_metrics(
            "attention.variants.windows.segments.metric",
            {
                way: f"{float(getattr(losses, way).mean()):.2f}"
                for way in ("alone", "memory", "anchored", "full")
            },
        )
        st.plotly_chart(recurrence_figure(losses, t), key="attention.variants.windows.segments.chart")
        st.caption(t("attention.variants.windows.segments.reading"))


def _measure_segments(progress: inputs.Progress) -> "RecurrenceLosses":
    from core.attention.exchange import prose_ids
    from core.attention.recurrence import recurrence_losses

    model = ready_language_model(inputs.MODEL)
    return recurrence_losses(model, prose_ids(model, TEXT), SEGMENT)
