"""One word, two meanings: the static vector cannot tell them apart, MiniLM's layers can."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.matter_texts import TwoMeanings, words_with_two_meanings
from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.attention.matter_link import WORDS
from ui.attention.sentence import opened_model
from ui.inputs import show_csv, show_link, show_segments
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.meanings import Separation


def show_meanings() -> None:
    """The word and its sentences on the left, the cosines on the right."""
    st.markdown(t("attention.matter.meanings.lead"))
    word = show_segments("attention", "matter_word", WORDS)
    meanings = next(each for each in words_with_two_meanings() if each.word == word)
    found = _separation(meanings)
    if found is None:
        return
    st.markdown(
        t(
            "attention.matter.meanings.said",
            word=word,
            right_first=found.nearest_right[0],
            right=found.nearest_right[-1],
            occurrences=found.occurrences,
            within=found.within[-1],
            across=found.across[-1],
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        _show_lines(found)
    with right:
        _show_pairs(found, meanings)
    with st.container(horizontal=True):
        show_link("attention", {"view": "matter", "matter_part": "meanings", "matter_word": word})
        show_csv(lambda: csv_text(_rows(found)), "meanings.csv", "attention.matter.meanings.csv")


def _separation(meanings: TwoMeanings) -> "Separation | None":
    """The comparison, kept in the session for each word."""
    from core.attention.meanings import separate

    kept: dict[str, Separation] = st.session_state.setdefault("attention.matter.separations", {})
    if meanings.word not in kept:
        try:
            with turn_in_queue(st.empty()), st.spinner(t("attention.matter.reading")):
                kept[meanings.word] = separate(opened_model("minilm-l6"), meanings)
        except GlassboxError as error:
            show_error(error)
            return None
    return kept[meanings.word]


def _show_lines(found: "Separation") -> None:
    from core.plots.attention_matter_more import separation_figure

    st.plotly_chart(separation_figure(found, t), key="attention.matter.meanings.chart")
    st.caption(t("attention.matter.meanings.reading"))


def _show_pairs(found: "Separation", meanings: TwoMeanings) -> None:
    from core.plots.attention_matter_more import cosines_figure

    sentences = (*meanings.first, *meanings.second)
    st.plotly_chart(cosines_figure(found, sentences, t), key="attention.matter.meanings.pairs_chart")
    st.caption(t("attention.matter.meanings.pairs_reading"))
    with st.expander(t("attention.matter.meanings.sentences"), icon=":material/notes:"):
        for letter, own in (("A", meanings.first), ("B", meanings.second)):
            st.markdown("\n".join(f"- **{letter}{place}** {each}" for place, each in enumerate(own, 1)))


def _rows(found: "Separation") -> list[dict[str, object]]:
    return [
        {
            t("attention.matter.meanings.x"): layer,
            t("attention.matter.meanings.within"): found.within[layer],
            t("attention.matter.meanings.across"): found.across[layer],
            t("attention.matter.meanings.nearest"): found.nearest_right[layer],
        }
        for layer in range(len(found.within))
    ]
