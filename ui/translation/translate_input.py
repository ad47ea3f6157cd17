"""The sentence, how wide the search is, and what can be said of the sentence before it is translated."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from core.translation.foreign import language_sign
from core.translation.sentences import sentences
from ui.text import language, t
from ui.token_view import ShownToken, show_tokens
from ui.translation.translate_link import WIDEST
from ui.translation.translate_models import chosen_model, explained, naming_models

if TYPE_CHECKING:
    from core.translation.explain import Explained

MOST_PIECES = 4
"""A word of so many pieces or more gets the darkest shade."""
MOST_NAMED = 12
FEWEST_WORDS = 4
"""A shorter text without any common word of either language is not remarked on."""


def show_input() -> tuple[str, int]:
    """The sentence and the number of beams, with a remark where the sentence does not look German."""
    known = {sentence.id: sentence for sentence in sentences()}
    _start()
    left, right = st.columns([3, 2], gap="large")
    with right:
        st.selectbox(
            t("translation.translate.sentence.label"),
            list(known),
            index=None,
            placeholder=t("translation.translate.sentence.own"),
            format_func={name: sentence.label[language()] for name, sentence in known.items()}.__getitem__,
            key="translation.translate.sentence",
            help=t("translation.translate.sentence.help"),
            on_change=_sentence_chosen,
            persist_state="session",
        )
        width = st.slider(
            t("translation.translate.beam.label"),
            1,
            WIDEST,
            key="translation.beam",
            help=t("translation.translate.beam.help"),
            persist_state="session",
        )
    with left:
        text = st.text_area(
            t("translation.translate.text.label"),
            key="translation.text",
            height=130,
            help=t("translation.translate.text.help"),
            persist_state="session",
        )
        _show_sign(text)
    return text, int(width)


def _start() -> None:
    """The first sentence, and the reference that belongs to it, unless a link or the reader gave others."""
    first = sentences()[0]
    by_text = {sentence.text: sentence.id for sentence in sentences()}
    if "translation.text" not in st.session_state:
        st.session_state["translation.text"] = first.text
        st.session_state.setdefault("translation.translate_reference", first.reference)
    st.session_state.setdefault("translation.translate_reference", "")
    st.session_state.setdefault("translation.beam", 5)
    st.session_state["translation.translate.sentence"] = by_text.get(st.session_state["translation.text"])


def _sentence_chosen() -> None:
    chosen = st.session_state["translation.translate.sentence"]
    sentence = next((each for each in sentences() if each.id == chosen), sentences()[0])
    st.session_state["translation.text"] = sentence.text
    st.session_state["translation.translate_reference"] = sentence.reference


def _show_sign(text: str) -> None:
    """What was counted, where it says that this is not German."""
    sign = language_sign(text)
    if sign.verdict == "german" or (sign.verdict == "unsure" and sign.words < FEWEST_WORDS):
        return
    st.warning(t(f"translation.translate.sign.{sign.verdict}", **vars(sign)), icon=":material/translate:")


def show_source(text: str, width: int) -> None:
    """The sentence as the chosen model reads it: words cut into many pieces were rare in training."""
    model = chosen_model()
    try:
        found = explained(model, text, width)
    except GlassboxError:  # said in the model's card
        return
    name = naming_models()(model)
    st.markdown(f"**{t('translation.translate.source.title', model=name)}**")
    _show_words(found)


def _show_words(found: "Explained") -> None:
    shown = []
    for word in found.words:
        pieces = " · ".join(piece.replace("\u2581", "_") for piece in word.pieces)
        kind = "unknown" if word.unknown else "rare" if len(word.pieces) > 1 else "known"
        note = t(f"translation.translate.source.{kind}", pieces=pieces, count=len(word.pieces))
        shade = 1.0 if word.unknown else min(1.0, (len(word.pieces) - 1) / (MOST_PIECES - 1))
        shown.append(ShownToken(word.text, shade, note))
    legend = (t("translation.translate.source.low"), t("translation.translate.source.high"))
    show_tokens(shown, "translation.translate.source", clickable=False, legend=legend)
    words = [word for word in found.words if any(map(str.isalnum, word.text))]
    cut = [
        f"`{word.text}` = {' · '.join(f'`{_plain(piece)}`' for piece in word.pieces)}"
        for word in words
        if len(word.pieces) > 1 and not word.unknown
    ]
    if cut:
        st.caption(t("translation.translate.source.cut", words=", ".join(cut[:MOST_NAMED])))
    unknown = [f"`{_plain(word.text)}`" for word in found.words if word.unknown]
    if unknown:
        st.caption(t("translation.translate.source.unknown_words", words=", ".join(unknown[:MOST_NAMED])))


def _plain(piece: str) -> str:
    """As it can stand between backticks."""
    return piece.replace("\u2581", "_").replace("`", "'")
