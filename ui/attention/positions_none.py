"""No positions: shuffle the words of a sentence and see what notices; read positions off a causal mask."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from core.plots.token_label import token_label
from ui.attention.positions_heads import show_text
from ui.attention.positions_link import show_bar, show_slider
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.positions.order import OrderTest

MODELS = ("minilm-l6", "smollm2-135m")
MOST_KEPT = 8


def show_none() -> None:
    """The sentence, its shuffle, both models, and the probe."""
    from core.plots.attention_positions_none import moved_figure

    st.markdown(t("attention.positions.none.lead"))
    left, right = st.columns([3, 2], gap="large")
    with left:
        text = show_text()
    with right:
        seed = show_slider("seed", 0, 20, 1)
    show_bar("none", {"positions_text": text, "positions_seed": seed})
    columns = st.columns(2, gap="large")
    for column, model in zip(columns, MODELS, strict=True):
        with column:
            found = _tested(model, text, seed)
            if found is None:
                return
            shuffled = " ".join(token_label(token) for token in found.shuffled)
            st.code(shuffled, language=None, wrap_lines=True)
            st.plotly_chart(moved_figure(found, t), key=f"attention.positions.none.{model}")
            st.caption(
                t(
                    f"attention.positions.none.{'decoder' if found.causal else 'encoder'}_reading",
                    largest=found.largest_without,
                    mean=found.mean_with,
                    typical=found.typical_without,
                    typical_with=found.typical_with,
                )
            )
    st.markdown(t("attention.positions.none.formula"))
    _show_probe()


def _tested(model: str, text: str, seed: int) -> "OrderTest | None":
    """The test of one model, kept in the session; or why there is none."""
    from core.attention.positions.order import order_test

    kept: dict[tuple[str, str, int], OrderTest] = st.session_state.setdefault(
        "attention.positions.orders", {}
    )
    place = (model, text, seed)
    if place not in kept:
        try:
            with turn_in_queue(st.empty()), st.spinner(t("attention.positions.reading"), show_time=True):
                kept[place] = order_test(model, text, seed)
        except GlassboxError as error:
            show_error(error)
            return None
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    return kept[place]


def _show_probe() -> None:
    from core.attention.positions.probe import probe_positions
    from core.plots.attention_positions_none import probe_figure

    st.subheader(t("attention.positions.none.probe"), anchor=False)
    st.markdown(t("attention.positions.none.probe_lead"))
    pressed = st.button(
        t("attention.positions.none.run"),
        key="attention.positions.none.run",
        type="primary",
        icon=":material/play_arrow:",
        help=t("attention.positions.none.run_help"),
    )
    key = "attention.positions.probed"
    if pressed:
        try:
            with turn_in_queue(st.empty()), st.spinner(t("attention.positions.none.running"), show_time=True):
                st.session_state[key] = probe_positions()
        except GlassboxError as error:
            show_error(error)
    found = st.session_state.get(key)
    if found is None:
        st.info(t("attention.positions.none.empty"), icon=":material/play_circle:")
        return
    st.plotly_chart(probe_figure(found, t), key="attention.positions.none.probe")
    st.caption(t("attention.positions.none.probe_reading", fitted=found.fitted, tested=found.tested))
