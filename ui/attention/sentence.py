"""The sentence and the model that the views of this lesson share, and its reading, kept in the session."""

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

from core.attention.sentences import sentences
from ui.attention.controls import MODELS
from ui.inputs import show_segments
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import language, t

if TYPE_CHECKING:
    from core.attention.open_model import OpenModel
    from core.attention.reading import Reading

MOST_KEPT = 2
"""Readings kept in a session, so that going from view to view reads nothing again."""


def show_sentence() -> tuple[str, str]:
    """The model, the examples and the text, one below the other.

    Returns:
        The model's name and the text, which may be empty.
    """
    known = {sentence.id: sentence for sentence in sentences()}
    st.session_state.setdefault("attention.text", sentences()[0].text)
    model = show_segments("attention", "model", MODELS)
    st.selectbox(
        t("attention.see.sentence.label"),
        list(known),
        format_func={name: sentence.label[language()] for name, sentence in known.items()}.__getitem__,
        key="attention.sentence",
        help=t("attention.see.sentence.help"),
        on_change=_sentence_chosen,
        persist_state="session",
    )
    text = st.text_area(
        t("attention.see.text.label"),
        key="attention.text",
        height=110,
        help=t("attention.see.text.help"),
        persist_state="session",
    )
    return model, text


def _sentence_chosen() -> None:
    chosen = st.session_state["attention.sentence"]
    st.session_state["attention.text"] = next(each.text for each in sentences() if each.id == chosen)


def opened_model(name: str) -> "OpenModel":
    """The model, opened; with a bar while a first use converts its weights.

    Raises:
        GlassboxError: its files are not in order.
    """
    from core.attention.open_model import open_model

    if name == "smollm2-135m":
        ready_language_model(name)
    return open_model(name)


def reading_of(model: str, text: str, continued: int = 0) -> "Reading":
    """The text as the model read it, all heads, kept for the last few texts of this session.

    Args:
        model: its name.
        text: what the reader wrote.
        continued: tokens that the model may add of its own; MiniLM has no way to.

    Raises:
        GlassboxError: the text is empty, or the model is not in order.
    """
    from core.attention.reading import read_text

    kept: dict[tuple[str, str, int], Reading] = st.session_state.setdefault("attention.readings", {})
    place = (model, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), continued)
    if place not in kept:
        opened = opened_model(model)
        with turn_in_queue(st.empty()), st.spinner(t("attention.see.reading")):
            kept[place] = read_text(opened, text, continued)
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    return kept[place]
