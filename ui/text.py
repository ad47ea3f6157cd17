"""The reader's language, and the project's wording in it."""

from collections.abc import Callable

import streamlit as st

from core.errors import GlassboxError
from core.wording import LANGUAGES, Language, wording, words_in

_KEY = "ui.language"


def language() -> Language:
    """The reader's language: chosen on the page, else `?lang=` of the address, else the browser's."""
    chosen = st.session_state.get(_KEY)
    if chosen in LANGUAGES:
        return chosen
    asked = st.query_params.get("lang", "")
    if asked not in LANGUAGES:
        asked = "zh" if (st.context.locale or "").lower().startswith("zh") else "en"
    st.session_state[_KEY] = asked
    return asked  # type: ignore[return-value]


def set_language(chosen: Language) -> None:
    """Use `chosen` from now on, on every page of this session, and in the address."""
    st.session_state[_KEY] = chosen
    st.query_params["lang"] = chosen


def t(key: str, /, **values: object) -> str:
    """The text of `key` in the reader's language, values filled in."""
    return wording(key, language(), **values)


def show_error(error: GlassboxError) -> None:
    """The sentence of a refusal, where the result would have been."""
    st.error(error.text(language()), icon=":material/error:")


def naming(pattern: str) -> Callable[[str], str]:
    """The names of a control's options: `pattern` with `*` for the option is the key of its text.

    The language is fixed now, so that the names do not depend on who asks for them later.
    """
    words = words_in(language())
    return lambda option: words(pattern.replace("*", option))
