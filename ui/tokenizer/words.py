"""The view of words: a text as characters, as words and as subwords; stop words and parts of speech."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.tokenizer_tokens import token_faces
from core.plots.tokenizer_words import ORDER, parts_figure, way_run, word_rows, words_without_stops
from core.tokenizer.cleaning import prepared
from core.tokenizer.english_tagger import ACCURACY, LICENCE, tagger_installed
from core.tokenizer.words import segmented, stop_words, three_ways
from ui.inputs import show_csv, show_link
from ui.text import show_error, t
from ui.token_view import TokenRun, show_token_run
from ui.tokenizer import controls
from ui.tokenizer.vocabularies import UPLOADED, encoded, opened, show_one

if TYPE_CHECKING:
    from core.tokenizer.encoding import Encoding
    from core.tokenizer.words import ThreeWays, Way

LONGEST_TEXT = 5_000
"""Characters of the text that are segmented and tagged here."""


def show_words() -> None:
    """The text on the left, its three ways on the right, its words below."""
    st.markdown(t("tokenizer.words.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = controls.show_text()
        name = show_one()
    with right:
        usable = _usable(text)
    if usable:
        own = {"vocabulary": name} if name != UPLOADED else {}
        with left, st.container(horizontal=True):
            show_link("tokenizer", {"view": "words", **own, "text": text})
        with right:
            try:
                with st.spinner(t("tokenizer.words.reading_dictionary")):
                    ways = three_ways(usable, opened(name))
                _show_ways(ways, encoded(name, usable))
            except GlassboxError as error:
                show_error(error)
                return
        _show_words(usable)


def _usable(text: str) -> str:
    if not text.strip():
        st.info(t("tokenizer.text.empty"), icon=":material/edit:")
        return ""
    if len(text) > LONGEST_TEXT:
        st.warning(t("tokenizer.words.cut", characters=LONGEST_TEXT), icon=":material/content_cut:")
    try:
        return prepared(text[:LONGEST_TEXT]).text
    except GlassboxError as error:
        show_error(error)
        return ""


def _show_ways(ways: "ThreeWays", encoding: "Encoding") -> None:
    for name in ORDER:
        way: Way = getattr(ways, name)
        st.markdown(f"**{t(f'tokenizer.words.{name}')}** · {_said(way)}")
        texts, kinds, gaps = way_run(way)
        if name == "subwords":  # a character may be several tokens, which are then shown as bytes
            faces = token_faces(encoding.tokens)
            texts, kinds, gaps = faces.texts, faces.kinds, ""
        words = {word: t(f"tokenizer.run.{word}") for word in controls.ROW_WORDS}
        show_token_run(
            TokenRun(texts, (), (), (), kinds, gaps=gaps),
            f"tokenizer.words.{name}",
            t(f"tokenizer.words.{name}"),
            words,
            clickable=False,
        )
    st.caption(t("tokenizer.words.reading"))


def _said(way: "Way") -> str:
    size = (
        t("tokenizer.words.no_list")
        if way.vocabulary_size is None
        else t("tokenizer.words.list", size=way.vocabulary_size)
    )
    return t("tokenizer.words.count", count=way.count, unknown=way.unknown, size=size)


def _show_words(text: str) -> None:
    try:
        words = segmented(text)
    except GlassboxError as error:
        show_error(error)
        return
    st.subheader(t("tokenizer.words.parts"), anchor=False)
    left, right = st.columns([3, 2], gap="large")
    rows = word_rows(words, t)
    with left:
        st.dataframe(rows, hide_index=True, key="tokenizer.words.table", height=360)
        show_csv(lambda: csv_text(rows), "words.csv", "tokenizer.words.download")
    with right:
        st.plotly_chart(parts_figure(words, t), key="tokenizer.words.chart")
    if tagger_installed():
        st.caption(t("tokenizer.words.taggers", accuracy=ACCURACY, licence=LICENCE))
    else:
        st.caption(t("tokenizer.words.no_english_tagger"))
    st.subheader(t("tokenizer.words.stops"), anchor=False)
    st.text(words_without_stops(words, text))
    sizes = {language: len(stop_words(language)) for language in ("en", "zh")}
    st.caption(t("tokenizer.words.stops_reading", english=sizes["en"], chinese=sizes["zh"]))
