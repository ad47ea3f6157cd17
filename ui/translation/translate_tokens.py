"""One translation, token by token: how sure the model was, and what else it could have written."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.plots.translation_translate_search import alternatives_figure
from ui.inputs import show_csv
from ui.text import t
from ui.token_view import ShownToken, show_tokens
from ui.translation.translate_choice import Chosen, choose_translation

if TYPE_CHECKING:
    from core.translation.follow import Opened

_PLACE = "translation.translate.place"


def show_translation_tokens(chosen: Chosen) -> None:
    """The tokens, shaded by how unsure the model was; a click shows the alternatives at that place."""
    opened = choose_translation(chosen)
    if st.session_state.get(f"{_PLACE}.of") != (chosen.model, opened.text):
        st.session_state[f"{_PLACE}.of"] = (chosen.model, opened.text)
        unsure = min(range(len(opened.tokens)), key=lambda place: opened.tokens[place].probability)
        st.session_state[_PLACE] = unsure
    place = int(st.session_state[_PLACE])
    shown = [
        ShownToken(
            token.token.replace("\u2581", " " if number else ""),
            1 - token.probability,
            t("translation.translate.tokens.note", chance=token.probability, rank=token.rank),
        )
        for number, token in enumerate(opened.tokens)
    ]
    legend = (t("translation.translate.sides.sure"), t("translation.translate.sides.unsure"))
    clicked = show_tokens(shown, "translation.translate.tokens.row", selected=place, legend=legend)
    if clicked is not None and clicked != place:
        st.session_state[_PLACE] = clicked
        st.rerun()
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(
            alternatives_figure(opened.tokens[place], t), key="translation.translate.alternatives"
        )
        st.caption(t("translation.translate.alternatives.reading"))
    with right:
        _show_sum(opened)


def _show_sum(opened: "Opened") -> None:
    """The probability of the whole: a product, so the logarithms are added."""
    rows = [
        {
            t("translation.translate.column.token"): token.token.replace("\u2581", "_"),
            t("translation.translate.column.chance"): round(token.probability, 4),
            t("translation.translate.column.rank"): token.rank,
            t("translation.translate.column.others"): ", ".join(
                f"{other.token.replace(chr(0x2581), '_')} {other.probability:.0%}"
                for other in token.alternatives
                if other.token != token.token
            ),
        }
        for token in opened.tokens
    ]
    st.dataframe(rows, hide_index=True, key="translation.translate.tokens.table")
    st.caption(t("translation.translate.tokens.sum", total=opened.log_probability, count=len(opened.tokens)))
    show_csv(lambda: csv_text(rows), "tokens.csv", "translation.translate.tokens.csv")
