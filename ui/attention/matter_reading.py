"""The reader's sentence as the parts of this view need it: read once, with what an ablation reuses."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from ui.attention.sentence import reading_of
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.ablation import Intact
    from core.attention.reading import Reading


def read_sentence(model: str, text: str) -> "Reading | None":
    """The text as the model read it, or None with the sentence that says what is missing."""
    if not text.strip():
        st.info(t("attention.matter.empty"), icon=":material/edit:")
        return None
    try:
        reading = reading_of(model, text)
    except GlassboxError as error:
        show_error(error)
        return None
    if reading.length < 2:
        show_error(GlassboxError("attention.matter.error.short"))
        return None
    if reading.left_out:
        st.warning(
            t("attention.matter.left_out", read=reading.length, left=reading.left_out),
            icon=":material/content_cut:",
        )
    return reading


def intact_of(reading: "Reading") -> "Intact":
    """What every ablation of this reading reuses, kept beside it."""
    from core.attention.ablation import read_intact

    kept: tuple[Reading, Intact] | None = st.session_state.get("attention.matter.intact")
    if kept is None or kept[0] is not reading:
        with st.spinner(t("attention.matter.reading")):
            kept = (reading, read_intact(reading.model, reading.ids, reading.tokens))
        st.session_state["attention.matter.intact"] = kept
    return kept[1]


def shown_token(text: str) -> str:
    """Tokens inside a sentence, as code that no token can end, blanks and line ends made visible."""
    visible = text.replace("`", "ˋ").replace(" ", "␣").replace("\n", "↵").replace("\r", "␍")
    return f"`{visible or '∅'}`"
