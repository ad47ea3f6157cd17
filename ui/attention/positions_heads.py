"""The text, layer and head whose real queries and keys the rotation is shown on; read once a text."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.sentences import first_text
from core.errors import GlassboxError
from ui.attention.positions_link import show_slider
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.positions.heads import HeadVectors

MOST_KEPT = 4


def show_text() -> str:
    """The sentence that the model reads."""
    st.session_state.setdefault("attention.positions_text", first_text("positions"))
    return st.text_input(
        t("attention.positions.text"),
        key="attention.positions_text",
        help=t("attention.positions.text_help"),
        persist_state="session",
    )


def vectors_of(text: str) -> "HeadVectors | None":
    """The unrotated queries and keys of `text`, kept in the session; or why there are none."""
    from core.attention.positions.heads import head_vectors

    kept: dict[str, HeadVectors] = st.session_state.setdefault("attention.positions.vectors", {})
    if text not in kept:
        try:
            with turn_in_queue(st.empty()), st.spinner(t("attention.positions.reading"), show_time=True):
                kept[text] = head_vectors(text)
        except GlassboxError as error:
            show_error(error)
            return None
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    return kept[text]


def show_head(vectors: "HeadVectors") -> tuple[int, int]:
    """Layer and head."""
    layers, heads = vectors.queries.shape[:2]
    left, right = st.columns(2)
    with left:
        layer = show_slider("layer", 0, layers - 1, min(19, layers - 1))
    with right:
        return layer, show_slider("head", 0, heads - 1, min(4, heads - 1))
