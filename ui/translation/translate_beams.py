"""The tree of the beam search, and what it found."""

import streamlit as st

from core.csv_export import csv_text
from core.plots.beam_tree import beam_tree_figure
from ui.inputs import show_csv
from ui.text import t
from ui.translation.translate_choice import Chosen
from ui.translation.translate_models import token_texts, written_text

STEPS_SHOWN = 6


def show_beams(chosen: Chosen) -> None:
    """The tree, a window of its steps at a time, and the translations with their scores."""
    from core.translation.beam import BeamResult
    from core.translation.beam_tree import with_best
    from core.translation.explain import marked

    found = chosen.explained.found(chosen.alpha)
    tree = with_best(chosen.explained.result.tree, marked(found[0].written))
    texts = token_texts(chosen.model, {node.token for node in tree})
    last = max(node.step for node in tree)
    window = (1, min(STEPS_SHOWN, last))
    if last > 1:
        window = st.slider(
            t("translation.translate.beams.window"),
            1,
            last,
            window,
            key=f"translation.translate.window.{last}",
            help=t("translation.translate.beams.window_help"),
        )
    drawing = beam_tree_figure(
        BeamResult(found, tree),
        lambda token: texts[token].replace("\u2581", "_"),
        t,
        first_step=window[0],
        last_step=window[1],
        texts="translation.translate.beam_tree",
    )
    st.plotly_chart(drawing, key="translation.translate.tree")
    st.caption(t("translation.translate.beams.reading"))
    kept = sum(node.fate in ("kept", "best") for node in tree)
    dropped = sum(node.fate == "dropped" for node in tree)
    st.markdown(
        t("translation.translate.beams.said", kept=kept, dropped=dropped, finished=len(found), steps=last)
    )
    rows = found_rows(chosen)
    st.dataframe(rows, hide_index=True, key="translation.translate.beams.table")
    show_csv(lambda: csv_text(rows), "beams.csv", "translation.translate.beams.csv")


def found_rows(chosen: Chosen) -> list[dict[str, object]]:
    """What the search found, best first at the chosen length penalty."""
    bare = [hypothesis.written for hypothesis in chosen.explained.found(0.0)]
    return [
        {
            t("translation.translate.column.place"): place,
            t("translation.translate.column.bare_place"): bare.index(hypothesis.written) + 1,
            t("translation.translate.column.score"): round(hypothesis.score, 3),
            t("translation.translate.column.total"): round(hypothesis.written.total, 3),
            t("translation.translate.column.length"): len(hypothesis.written.log_probabilities),
            t("translation.translate.column.text"): written_text(chosen.model, hypothesis.written.token_ids),
        }
        for place, hypothesis in enumerate(chosen.explained.found(chosen.alpha), 1)
    ]
