"""Precision, recall and F1: every class, the chosen one with its formula, and the averages with theirs."""

import streamlit as st

from core.classification.metrics.confusion import places_of_cell
from core.classification.metrics.scores import ClassScore, Scores
from core.classification.report_tables import average_rows, class_rows
from core.csv_export import csv_text
from ui.classification.report_row_list import show_rows
from ui.classification.report_source import Shown
from ui.inputs import show_csv, show_segments
from ui.text import t

KEY = "classification.report.scores"
CLASS = "classification.report_class"
KINDS = ("false_negatives", "false_positives", "true_positives")
TERMS = 2
"""Classes written out in a sum; the others are dots."""


def show_scores(shown: Shown) -> None:
    """The classes, the weakest first; one of them worked out; then the three ways to average."""
    scores = shown.report.scores
    st.markdown(t("classification.report.scores.lead"))
    _show_table(scores)
    _show_class(shown)
    st.subheader(t("classification.report.scores.averages"), anchor=False)
    _show_averages(scores)


def _show_table(scores: Scores) -> None:
    rows = class_rows(scores, t)
    first = t("classification.report.column.class")
    labels = [str(row[first]) for row in rows]
    if st.session_state.get(CLASS) not in labels:
        st.session_state[CLASS] = labels[0]

    def chosen() -> None:
        lines = st.session_state[f"{KEY}.table"]["selection"]["rows"]
        if lines:
            st.session_state[CLASS] = labels[lines[0]]

    bars = {
        t(f"classification.report.column.{name}"): st.column_config.ProgressColumn(
            format="%.3f", min_value=0, max_value=1
        )
        for name in ("f1", "precision", "recall")
    }
    st.dataframe(
        rows,
        hide_index=True,
        key=f"{KEY}.table",
        on_select=chosen,
        selection_mode="single-row",
        column_config=bars,
    )
    st.caption(t("classification.report.scores.table_caption"))
    show_csv(lambda: csv_text(rows), "classes.csv", f"{KEY}.csv")


def _show_class(shown: Shown) -> None:
    """One class: its figures as fractions, and the texts that make each number."""
    scores = shown.report.scores
    st.selectbox(
        t("classification.report.scores.class"),
        [score.label for score in scores.by_class if score.support + score.called],
        key=CLASS,
        help=t("classification.report.scores.class_help"),
        persist_state="session",
    )
    score = scores.of(st.session_state[CLASS])
    for column, formula in zip(st.columns(3), _formulas(score), strict=True):
        column.latex(formula)
    kind = show_segments("classification.report.scores", "kind", KINDS)
    label = score.label
    predictions = shown.report.predictions
    if kind == "true_positives":
        places = places_of_cell(predictions, label, label)
    else:
        side = (label, None) if kind == "false_negatives" else (None, label)
        recognised = set(places_of_cell(predictions, label, label))
        places = tuple(place for place in places_of_cell(predictions, *side) if place not in recognised)
    st.caption(t(f"classification.report.scores.about_{kind}", count=len(places)))
    show_rows(predictions, places, f"{KEY}.{kind}", f"{kind.replace('_', '-')}.csv")


def _formulas(score: ClassScore) -> tuple[str, str, str]:
    """In two lines each, so that a phone shows them whole."""
    true, wrong, missed = score.true_positives, score.false_positives, score.false_negatives
    return (
        _steps(
            r"\text{precision}", r"\frac{TP}{TP+FP}", rf"\frac{{{true}}}{{{true}+{wrong}}}", score.precision
        ),
        _steps(r"\text{recall}", r"\frac{TP}{TP+FN}", rf"\frac{{{true}}}{{{true}+{missed}}}", score.recall),
        _steps(
            "F_1",
            r"\frac{2\,TP}{2\,TP+FP+FN}",
            rf"\frac{{2\cdot{true}}}{{2\cdot{true}+{wrong}+{missed}}}",
            score.f1,
        ),
    )


def _steps(name: str, formula: str, filled: str, value: float) -> str:
    return rf"\begin{{aligned}} {name} &= {formula} \\ &= {filled} = {value:.3f} \end{{aligned}}"


def _show_averages(scores: Scores) -> None:
    rows = average_rows(scores, t)
    st.dataframe(rows, hide_index=True, key=f"{KEY}.averages")
    show_csv(lambda: csv_text(rows), "averages.csv", f"{KEY}.averages.csv")
    occurring = [score for score in scores.by_class if score.support + score.called]
    first = occurring[:TERMS]
    more = r" + \cdots" if len(occurring) > TERMS else ""
    plain = " + ".join(f"{score.f1:.3f}" for score in first) + more
    weighted = " + ".join(rf"{score.support}\cdot{score.f1:.3f}" for score in first) + more
    true = scores.right
    wrong = sum(score.false_positives for score in scores.by_class)
    missed = sum(score.false_negatives for score in scores.by_class)
    st.latex(rf"\text{{macro }} F_1 = {scores.macro.f1:.3f} = \frac{{{plain}}}{{{len(occurring)}}}")
    st.latex(rf"\text{{weighted }} F_1 = {scores.weighted.f1:.3f} = \frac{{{weighted}}}{{{scores.total}}}")
    st.latex(
        rf"\begin{{aligned}} \text{{micro }} F_1 &= \frac{{2\cdot{true}}}{{2\cdot{true}+{wrong}+{missed}}}"
        rf" = {scores.micro.f1:.3f} \\ &= \frac{{{true}}}{{{scores.total}}}"
        r" = \text{accuracy} \end{aligned}"
    )
    st.caption(t("classification.report.scores.averages_caption"))
