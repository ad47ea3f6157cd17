"""Activations and gated units as curves, and what SmolLM2's gates do on the reader's text."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from ui.attention.block_controls import (
    GATES,
    MODEL,
    reading_of,
    run_or_kept,
    show_left_out,
    show_slider,
    show_text,
)
from ui.inputs import show_csv, show_link
from ui.models import ready_language_model
from ui.text import naming, t

if TYPE_CHECKING:
    from core.attention.block.activation_use import ActivationUse
    from core.attention.block.inside import FeedForwardReading

CURVES = ("relu", "gelu", "gelu_tanh", "swish", "sigmoid")
FIRST_CURVES = ("relu", "gelu", "swish")


def show_activations() -> None:
    """Curves with their formulas, the gated units, then the real gates."""
    st.markdown(t("attention.block.act.lead"))
    _show_curves()
    st.divider()
    _show_gates()
    st.divider()
    _show_use()


def _show_curves() -> None:
    from core.attention.block.activation_formulas import filled_formulas
    from core.attention.block.activations import curves
    from core.plots.attention_block_activations import curves_figure

    left, right = st.columns([2, 3], gap="large")
    with left:
        shown = st.multiselect(
            t("attention.block.act.shown"),
            CURVES,
            FIRST_CURVES,
            format_func=naming("attention.block.activation.*"),
            key="attention.block.act.shown",
            help=t("attention.block.act.shown_help"),
            persist_state="session",
        )
        kind = st.segmented_control(
            t("attention.block.act.kind.label"),
            ("value", "slope"),
            default="value",
            format_func=naming("attention.block.act.kind.*"),
            key="attention.block.act.kind",
            required=True,
            help=t("attention.block.act.kind.help"),
            persist_state="session",
        )
        at = show_slider("at", -5.0, 5.0, -1.0, 0.05, "attention.block.act")
        beta = show_slider("beta", 0.0, 10.0, 1.0, 0.1, "attention.block.act")
        show_link(
            "attention",
            {"view": "block", "block_part": "activations", "block_at": at, "block_beta": beta},
        )
    names = tuple(shown) or FIRST_CURVES
    with right:
        drawn = curves(names, beta)
        st.plotly_chart(curves_figure(drawn, kind == "slope", at, t), key="attention.block.curves.chart")
        st.caption(t("attention.block.curves.reading"))
        rows = [
            {"x": x, **{name: drawn.values[name][place] for name in names}} for place, x in enumerate(drawn.x)
        ]
        show_csv(lambda: csv_text(rows), "activations.csv", "attention.block.curves.csv")
    for formula in filled_formulas(names, at, beta):
        st.latex(formula)


def _show_gates() -> None:
    from core.attention.block.activation_formulas import filled_gate
    from core.attention.block.activations import gate_surface
    from core.plots.attention_block_activations import gate_figure

    st.subheader(t("attention.block.gate.title"), anchor=False)
    st.markdown(t("attention.block.gate.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.session_state.setdefault("attention.block_unit", "swiglu")
        unit = st.segmented_control(
            t("attention.block.gate.unit"),
            GATES,
            format_func=naming("attention.block.gate.kind.*"),
            key="attention.block_unit",
            required=True,
            wrap=True,
            help=t("attention.block.gate.unit_help"),
            persist_state="session",
        )
        unit = unit or "swiglu"
        a = show_slider("a", -4.0, 4.0, 1.5, 0.1, "attention.block.gate")
        b = show_slider("b", -4.0, 4.0, -2.0, 0.1, "attention.block.gate")
        st.latex(filled_gate(unit, a, b))
    with right:
        st.plotly_chart(gate_figure(gate_surface(unit), a, b, t), key="attention.block.gate.chart")
        st.caption(t("attention.block.gate.reading"))


def _show_use() -> None:
    st.subheader(t("attention.block.use.title"), anchor=False)
    text = show_text()

    def measure() -> "tuple[FeedForwardReading, ActivationUse, dict[str, float]]":
        from core.attention.block.activation_use import activation_use, exchanged_losses

        reading = reading_of(text)
        return reading, activation_use(reading), exchanged_losses(ready_language_model(MODEL), text)

    found = run_or_kept("use", text, measure)
    if found is None:
        return
    from core.plots.attention_block_activations import exchange_figure, gates_figure, layers_figure

    reading, use, losses = found
    show_left_out(reading)
    left, right = st.columns(2, gap="large")
    left.plotly_chart(gates_figure(use, t), key="attention.block.use.chart")
    right.plotly_chart(layers_figure(use, t), key="attention.block.layers.chart")
    st.caption(
        t(
            "attention.block.use.reading",
            negative=use.mean("negative"),
            small=use.mean("small"),
            dead=use.mean("never_positive"),
        )
    )
    st.plotly_chart(exchange_figure(losses, t), key="attention.block.exchange.chart")
    st.caption(t("attention.block.exchange.reading"))
    show_csv(
        lambda: csv_text([{"activation": name, "loss": loss} for name, loss in losses.items()]),
        "exchanged.csv",
        "attention.block.exchange.csv",
    )
