"""Choosing vocabularies, opening them on first need, and a reader's own tokenizer.json."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from core.errors import GlassboxError
from ui.text import show_error, t
from ui.tokenizer.controls import MOST_COMPARED, NAMES

if TYPE_CHECKING:
    from core.tokenizer.encoding import Encoding
    from core.tokenizer.round_trip import RoundTrip
    from core.tokenizer.vocabularies.vocabulary import Vocabulary

T = TypeVar("T")

DEFAULT = "o200k"
UPLOADED = "uploaded"
"""Stands for the reader's own tokenizer.json among the names."""
MOST_KEPT = 8
"""Encodings kept in a session, so that choosing a token does not cut the text again."""


def show_choice(side_by_side: bool = False) -> tuple[str, list[str]]:
    """The vocabulary to look at and those to compare it with, one below the other or side by side."""
    first, second = st.columns(2) if side_by_side else (st.container(), st.container())
    with first:
        chosen = show_one()
    with second:
        return chosen, _show_compared(chosen)


def show_one() -> str:
    """The vocabulary to look at."""
    names = _names()
    if st.session_state.get("tokenizer.vocabulary") not in names:
        st.session_state["tokenizer.vocabulary"] = DEFAULT
    return st.selectbox(
        t("tokenizer.vocabulary.label"),
        names,
        format_func={name: title_of(name) for name in names}.__getitem__,
        key="tokenizer.vocabulary",
        help=t("tokenizer.vocabulary.help"),
        persist_state="session",
    )


def _show_compared(chosen: str) -> list[str]:
    others = [name for name in _names() if name != chosen]
    kept = st.session_state.get("tokenizer.compare", [])
    st.session_state["tokenizer.compare"] = [name for name in kept if name in others]
    return st.multiselect(
        t("tokenizer.compare.label"),
        others,
        format_func={name: title_of(name) for name in others}.__getitem__,
        key="tokenizer.compare",
        max_selections=MOST_COMPARED,
        placeholder=t("tokenizer.compare.none"),
        help=t("tokenizer.compare.help"),
        persist_state="session",
    )


def _names() -> list[str]:
    return [*NAMES, *([UPLOADED] if _own() else [])]


def title_of(name: str) -> str:
    """The name of a vocabulary as it is shown."""
    from core.tokenizer.vocabularies.catalogue import VOCABULARIES

    return t("tokenizer.upload.title") if name == UPLOADED else VOCABULARIES[name].title


def show_upload() -> None:
    """The place for the reader's own tokenizer.json; a refused file gets its sentence here."""
    with st.expander(t("tokenizer.upload.label"), icon=":material/upload_file:"):
        st.caption(t("tokenizer.upload.about"))
        given = st.file_uploader(
            t("tokenizer.upload.file"), type=["json"], key="tokenizer.upload", label_visibility="collapsed"
        )
        if given is None:
            _forget_upload()
            return
        data = given.getvalue()
        try:
            own = _checked(data)
        except GlassboxError as error:
            _forget_upload()
            show_error(error)
            return
        st.success(t("tokenizer.upload.ready", size=own.size), icon=":material/check:")


def _checked(data: bytes) -> "Vocabulary":
    """The tokenizer in `data`, kept in this session; a new file becomes the chosen vocabulary."""
    from core.tokenizer.vocabularies.uploaded import check_uploaded

    digest = hashlib.sha256(data).hexdigest()
    own = _own()
    if own is not None and st.session_state.get("tokenizer.upload.digest") == digest:
        return own
    with st.spinner(t("tokenizer.upload.checking")):
        checked: Vocabulary = check_uploaded(data)
    st.session_state["tokenizer.upload.checked"] = checked
    st.session_state["tokenizer.upload.digest"] = digest
    st.session_state["tokenizer.vocabulary"] = UPLOADED
    return checked


def _forget_upload() -> None:
    for name in ("checked", "digest"):
        st.session_state.pop(f"tokenizer.upload.{name}", None)


def _own() -> "Vocabulary | None":
    own: Vocabulary | None = st.session_state.get("tokenizer.upload.checked")
    return own


def opened(name: str) -> "Vocabulary":
    """The vocabulary, read on first need.

    Raises:
        GlassboxError: its package is not installed, or its file is not the published one.
    """
    from core.tokenizer.vocabularies.load import load_vocabulary

    own = _own()
    if name == UPLOADED and own is not None:
        return own
    with st.spinner(t("tokenizer.vocabulary.loading", name=title_of(name))):
        return load_vocabulary(name)


def encoded(name: str, text: str) -> "Encoding":
    """`text` in the vocabulary `name`; the last few are kept in the session.

    Raises:
        GlassboxError: the vocabulary cannot be opened or cannot take the text.
    """

    def cut() -> "Encoding":
        return opened(name).encode(text)

    return kept_for("encodings", name, text, cut)


def way_back(name: str, text: str) -> "RoundTrip":
    """`text` encoded by the vocabulary `name` and decoded again, compared.

    Raises:
        GlassboxError: the vocabulary cannot be opened or cannot take the text.
    """
    from core.tokenizer.round_trip import round_trip

    return kept_for("ways_back", name, text, lambda: round_trip(opened(name), text))


def kept_for(kind: str, name: str, text: str, make: Callable[[], T]) -> T:
    """What `make` gives, kept in the session for the last few texts."""
    kept: dict[tuple[str, str, str], T] = st.session_state.setdefault(f"tokenizer.{kind}", {})
    own = st.session_state.get("tokenizer.upload.digest", "") if name == UPLOADED else ""
    place = (name, own, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    if place not in kept:
        with st.spinner(t("tokenizer.vocabulary.cutting")):
            kept[place] = make()
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    return kept[place]
