"""RoPE on real queries and keys: the turning pair, the common shift, the decay."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.positions import rope_views
from core.csv_export import csv_text
from core.plots.attention_positions_rope import (
    curves_figure,
    decay_rows,
    plane_figure,
    shifted_figure,
    terms_figure,
)
from core.plots.token_label import token_label
from ui.attention.positions_heads import show_head, show_text, vectors_of
from ui.attention.positions_link import BASES, show_bar, show_choice, show_slider
from ui.inputs import show_csv
from ui.text import t

if TYPE_CHECKING:
    from core.attention.positions.heads import HeadVectors
    from core.attention.positions.rope_views import Chosen, RopeView


def show_rope() -> None:
    """Controls on the left, the turning pair on the right, the proofs below."""
    st.markdown(t("attention.positions.rope.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = show_text()
        vectors = vectors_of(text)
        if vectors is None:
            return
        chosen = _show_controls(text, vectors)
    view = rope_views.rope_view(vectors, chosen)
    names = (token_label(vectors.tokens[chosen.query]), token_label(vectors.tokens[chosen.key]))
    with right:
        drawn = plane_figure(view.steps, (chosen.query, chosen.key), names, chosen.pair, t)
        st.plotly_chart(drawn, key="attention.positions.rope.plane")
        st.caption(t("attention.positions.rope.plane_reading"))
    st.markdown(t("attention.positions.rope.formula", **vars(view.numbers)))
    _show_proofs(view, chosen)
    _show_decay(vectors, chosen)


def _show_controls(text: str, vectors: "HeadVectors") -> "Chosen":
    layer, head = show_head(vectors)
    last = len(vectors.tokens) - 1
    query = show_slider("at", 0, last, min(9, last), "query")
    key = show_slider("other", 0, last, min(4, last), "key")
    st.caption(
        t(
            "attention.positions.rope.tokens",
            query=token_label(vectors.tokens[query]),
            key=token_label(vectors.tokens[key]),
            distance=query - key,
        )
    )
    pair = show_slider("pair", 0, vectors.width // 2 - 1, 7)
    base = float(show_choice("base", BASES, f"{vectors.base:.0f}"))
    show_bar(
        "rope",
        {
            "positions_text": text,
            "positions_layer": layer,
            "positions_head": head,
            "positions_at": query,
            "positions_other": key,
            "positions_pair": pair,
            "positions_base": int(base),
        },
        f"--scheme rope --dim {vectors.width} --length 64 --base {base:.0f}",
    )
    return rope_views.Chosen(layer, head, query, key, pair, base)


def _show_proofs(view: "RopeView", chosen: "Chosen") -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(shifted_figure(view.shifted, t), key="attention.positions.rope.shifted")
        st.caption(t("attention.positions.rope.shifted_reading", spread=view.spread, added=view.spread_added))
    with right:
        st.plotly_chart(terms_figure(view.terms, chosen.pair, t), key="attention.positions.rope.terms")
        st.caption(t("attention.positions.rope.terms_reading", score=view.numbers.score))


def _show_decay(vectors: "HeadVectors", chosen: "Chosen") -> None:
    st.subheader(t("attention.positions.rope.decay"), anchor=False)
    st.markdown(t("attention.positions.rope.decay_lead"))
    decay = rope_views.decay_view(vectors, chosen)
    left, right = st.columns(2, gap="large")
    axis = (t("attention.positions.axis.distance"), t("attention.positions.axis.bound"))
    with left:
        curves = [(t("attention.positions.rope.base", base=base), bound) for base, bound in decay.bounds]
        title = t("attention.positions.rope.bound")
        drawn = curves_figure(title, *axis, decay.distances, curves, logarithmic=True)
        st.plotly_chart(drawn, key="attention.positions.rope.bound")
        st.caption(t("attention.positions.rope.bound_reading"))
    with right:
        curves = [
            (t("attention.positions.rope.trained"), decay.trained),
            (t("attention.positions.rope.random_high"), decay.random_high),
            (t("attention.positions.rope.random_low"), decay.random_low),
        ]
        title = t("attention.positions.rope.measured", layer=chosen.layer, head=chosen.head)
        scores = (axis[0], t("attention.positions.axis.mean_score"))
        drawn = curves_figure(title, *scores, decay.distances, curves, logarithmic=True)
        st.plotly_chart(drawn, key="attention.positions.rope.measured")
        st.caption(t("attention.positions.rope.measured_reading", pairs=decay.pairs))
    st.markdown(
        t(
            "attention.positions.rope.heads",
            trained=decay.falling,
            random=decay.falling_random,
            heads=decay.heads,
        )
    )
    show_csv(lambda: csv_text(decay_rows(decay)), "rope-decay.csv", "attention.positions.rope.csv")
