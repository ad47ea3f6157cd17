"""The length penalty, moved: which translation leads, and where the lead changes."""

import streamlit as st

from core.csv_export import csv_text
from core.plots.translation_translate_search import MOST_CURVES, penalty_figure
from ui.inputs import show_csv
from ui.text import t
from ui.translation.translate_beams import found_rows
from ui.translation.translate_choice import Chosen
from ui.translation.translate_link import HIGHEST_PENALTY


def show_penalty(chosen: Chosen) -> None:
    """The curve of each translation's score, the formula for the winner, and the ranking."""
    from core.translation.beam import length_penalty
    from core.translation.penalty import penalty_curves

    alpha = st.slider(
        t("translation.translate.penalty.label"),
        0.0,
        HIGHEST_PENALTY,
        step=0.1,
        key="translation.translate_penalty",
        help=t("translation.translate.penalty.help"),
        persist_state="session",
    )
    found = [hypothesis.written for hypothesis in chosen.explained.found(0.0)][:MOST_CURVES]
    curves = penalty_curves(found)
    lengths = [len(written.log_probabilities) for written in found]
    st.plotly_chart(penalty_figure(curves, lengths, alpha, t), key="translation.translate.penalty")
    st.caption(t("translation.translate.penalty.reading"))
    best = chosen.explained.found(alpha)[0]
    length = len(best.written.log_probabilities)
    st.latex(
        rf"\begin{{aligned}} \frac{{\log p}}{{((5+|y|)/6)^{{\alpha}}}} &= "
        rf"\frac{{{best.written.total:.3f}}}{{((5+{length})/6)^{{{alpha:.1f}}}}} \\ "
        rf"&= \frac{{{best.written.total:.3f}}}{{{length_penalty(length, alpha):.3f}}} = {best.score:.3f} "
        r"\end{aligned}"
    )
    if curves.changes:
        where = ", ".join(f"{change:.2f}" for change in curves.changes)
        st.markdown(t("translation.translate.penalty.changes", count=len(curves.changes), where=where))
    else:
        said = "one_length" if min(lengths) == max(lengths) else "no_change"
        st.markdown(t(f"translation.translate.penalty.{said}", low=min(lengths), high=max(lengths)))
    rows = found_rows(chosen)
    st.dataframe(rows, hide_index=True, key="translation.translate.penalty.table")
    show_csv(lambda: csv_text(rows), "ranking.csv", "translation.translate.penalty.csv")
