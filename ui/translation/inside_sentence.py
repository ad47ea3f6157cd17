"""The sentence that the sections of the view "Inside" share."""

import streamlit as st

from ui.text import t

FIRST_CAPTION = 45


def show_sentence() -> str:
    """The German sentence; at first a caption that no model was trained on."""
    key = "translation.inside_text"
    if key not in st.session_state:
        from core.translation.captions import captions

        st.session_state[key] = captions().source[FIRST_CAPTION]
    return st.text_area(
        t("translation.inside.text.label"),
        key=key,
        height=80,
        max_chars=4000,
        help=t("translation.inside.text.help"),
        persist_state="session",
    )


def as_code(text: str) -> str:
    """Text that a reader or a model wrote, as text."""
    return f"`{text.replace('`', 'ˋ').strip() or '∅'}`"
