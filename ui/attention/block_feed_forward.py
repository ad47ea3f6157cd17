"""The feed-forward layer: its neurons on the reader's text, and its parameters."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from ui.attention.block_controls import (
    MODEL,
    kept_or_made,
    reading_of,
    run_or_kept,
    show_left_out,
    show_text,
)
from ui.inputs import show_csv, show_link
from ui.models import ready_language_model
from ui.text import t

if TYPE_CHECKING:
    from core.attention.block.feed_forward import Neuron, SwitchedOff, TokenNeurons
    from core.attention.block.inside import FeedForwardReading


def show_feed_forward() -> None:
    """Neurons first, then the bill."""
    st.markdown(t("attention.block.ffn.lead"))
    st.latex(
        r"y = \sum_{i=1}^{h} m_i\, w_i, \qquad"
        r" m_i = \mathrm{silu}(x \cdot g_i)\,(x \cdot u_i)"
    )
    text = show_text()
    reading = run_or_kept("ffn", text, lambda: reading_of(text))
    if reading is not None:
        show_left_out(reading)
        _show_neurons(reading, text)
    st.divider()
    _show_size()


def _show_neurons(reading: "FeedForwardReading", text: str) -> None:
    layer, position = _show_place(reading)

    def measure() -> "TokenNeurons":
        from core.attention.block.feed_forward import token_neurons

        return token_neurons(ready_language_model(MODEL), reading, layer, position)

    found = kept_or_made("neurons", (text, layer, position), measure)
    if found is None:
        return
    from core.plots.attention_block_feed_forward import neuron_rows, neurons_figure

    st.plotly_chart(neurons_figure(found, reading.tokens[position], t), key="attention.block.neurons.chart")
    st.caption(
        t(
            "attention.block.neurons.reading",
            half=found.covering[0.5],
            ninety=found.covering[0.9],
            inner=found.inner,
            output=found.output_length,
            residual=found.residual_length,
        )
    )
    rows = neuron_rows(found, t)
    with st.expander(t("attention.block.neurons.table"), icon=":material/table:"):
        st.dataframe(rows, hide_index=True, key="attention.block.neurons.table")
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "neurons.csv", "attention.block.neurons.csv")
        show_link(
            "attention",
            {
                "view": "block",
                "block_part": "feed_forward",
                "block_text": text,
                "block_layer": layer + 1,
                "block_token": position,
            },
        )
    _show_one(reading, found, text)


def _show_place(reading: "FeedForwardReading") -> tuple[int, int]:
    left, right = st.columns(2, gap="large")
    last = len(reading.tokens) - 1
    with left:
        st.session_state.setdefault("attention.block_layer", 29)
        layer = st.slider(
            t("attention.block.layer.label"),
            1,
            reading.gate.shape[0],
            key="attention.block_layer",
            help=t("attention.block.ffn.layer_help"),
            persist_state="session",
        )
    with right:
        key = "attention.block_token"
        if not 0 <= st.session_state.get(key, -1) <= last:
            st.session_state[key] = last
        position = st.selectbox(
            t("attention.block.ffn.token"),
            range(last + 1),
            format_func={
                place: f"{place} · {token!r}" for place, token in enumerate(reading.tokens)
            }.__getitem__,
            key=key,
            help=t("attention.block.ffn.token_help"),
            persist_state="session",
        )
    return layer - 1, position


def _show_one(reading: "FeedForwardReading", found: "TokenNeurons", text: str) -> None:
    """One neuron: its arithmetic, its course over the text, and what happens without it."""
    from core.plots.attention_block_feed_forward import over_text_figure, switched_figure

    neurons = {neuron.index: neuron for neuron in found.neurons}
    key = "attention.block.neuron"
    if st.session_state.get(key) not in neurons:
        st.session_state[key] = found.neurons[0].index
    chosen = st.selectbox(
        t("attention.block.ffn.neuron"),
        list(neurons),
        key=key,
        help=t("attention.block.ffn.neuron_help"),
        persist_state="session",
    )
    st.latex(_arithmetic(neurons[chosen]))

    def measure() -> "SwitchedOff":
        from core.attention.block.feed_forward import switch_off

        return switch_off(ready_language_model(MODEL), reading, found.layer, chosen)

    left, right = st.columns(2, gap="large")
    with left:
        values = tuple(reading.coefficients[found.layer, :, chosen].tolist())
        st.plotly_chart(over_text_figure(values, reading.tokens, chosen, t), key="attention.block.over.chart")
        st.caption(t("attention.block.over.reading"))
    with right:
        switched = kept_or_made("switched", (text, found.layer, chosen), measure)
        if switched is not None:
            st.plotly_chart(switched_figure(switched, t), key="attention.block.switched.chart")
            st.caption(t("attention.block.switched.reading", divergence=switched.divergence))


def _arithmetic(neuron: "Neuron") -> str:
    return (
        rf"m_{{{neuron.index}}} = \mathrm{{silu}}({neuron.gate:.3f}) \cdot ({neuron.up:.3f})"
        rf" = {neuron.coefficient:.3f}"
    )


def _show_size() -> None:
    from core.attention.block.feed_forward_size import MODELS, parameter_count, two_thirds
    from core.plots.attention_block_feed_forward import share_figure, size_rows

    st.subheader(t("attention.block.size.title"), anchor=False)
    st.markdown(t("attention.block.size.lead"))
    left, right = st.columns(2)
    width = left.select_slider(
        t("attention.block.size.width"),
        (384, 576, 768, 1024, 2048, 4096, 8192),
        value=576,
        key="attention.block.size.width",
        help=t("attention.block.size.width_help"),
        persist_state="session",
    )
    multiple = right.select_slider(
        t("attention.block.size.multiple"),
        (1, 64, 128, 256, 1024),
        value=1,
        key="attention.block.size.multiple",
        help=t("attention.block.size.multiple_help"),
        persist_state="session",
    )
    inner, plain = two_thirds(width, multiple), 4 * width
    counts = parameter_count(width, plain, gated=False), parameter_count(width, inner, gated=True)
    st.markdown(
        t(
            "attention.block.size.result",
            width=width,
            plain=plain,
            plain_count=counts[0],
            exact=8 * width / 3,
            inner=inner,
            gated_count=counts[1],
            change=counts[1] / counts[0] - 1,
        )
    )
    st.plotly_chart(share_figure(MODELS, t), key="attention.block.size.chart")
    st.caption(t("attention.block.size.reading"))
    rows = size_rows(MODELS, t)
    with st.expander(t("attention.block.size.table"), icon=":material/table:"):
        st.dataframe(rows, hide_index=True, key="attention.block.size.table")
    show_csv(lambda: csv_text(rows), "feed_forward.csv", "attention.block.size.csv")
