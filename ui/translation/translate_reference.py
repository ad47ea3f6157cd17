"""A reference beside the translations: their scores, and the arithmetic of one of them."""

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.inputs import show_csv
from ui.text import t
from ui.translation.score_arithmetic import show_score_arithmetic
from ui.translation.translate_choice import Chosen, choose_translation
from ui.translation.translate_models import SHIPPED, explained, naming_models, written_text


def show_reference(chosen: Chosen) -> None:
    """The reference, every model's scores against it, and how the chosen translation's came about."""
    reference = st.text_input(
        t("translation.translate.reference.label"),
        key="translation.translate_reference",
        help=t("translation.translate.reference.help"),
        persist_state="session",
    )
    if not reference.strip():
        st.info(t("translation.translate.reference.none"), icon=":material/edit:")
        return
    rows = _rows(chosen, reference)
    st.dataframe(rows, hide_index=True, key="translation.translate.reference.table")
    st.caption(t("translation.translate.reference.reading"))
    show_csv(lambda: csv_text(rows), "scores.csv", "translation.translate.reference.csv")
    opened = choose_translation(chosen)
    show_score_arithmetic(opened.text, reference, "translation.translate.arithmetic")


def _rows(chosen: Chosen, reference: str) -> list[dict[str, object]]:
    """A row for each model and search."""
    from core.translation.scoring import sentence_bleu, sentence_chrf

    name_of = naming_models()
    rows: list[dict[str, object]] = []
    for model in dict.fromkeys((*SHIPPED, chosen.model)):
        try:
            found = explained(model, chosen.text, chosen.width)
        except GlassboxError:  # said in the model's card above
            continue
        for search, written in (("greedy", found.greedy), ("beam", found.found(chosen.alpha)[0].written)):
            text = written_text(model, written.token_ids)
            rows.append(
                {
                    t("translation.translate.column.model"): name_of(model),
                    t("translation.translate.column.search"): t(f"translation.translate.search.{search}"),
                    "BLEU": round(sentence_bleu(text, reference).score, 1),
                    "chrF2": round(sentence_chrf(text, reference).score, 1),
                    t("translation.translate.column.text"): text,
                }
            )
    return rows
