"""ROC and precision-recall curves of the chosen classes, and what lies above a threshold."""

import numpy as np
import streamlit as st

from core.classification.metrics.known_rows import learned_rows
from core.classification.report import Report
from core.classification.report_tables import curve_rows
from core.csv_export import csv_text
from core.plots.classification_curves import MOST_CURVES, precision_recall_figure, roc_figure
from ui.classification.report_row_list import show_rows
from ui.classification.report_source import Shown
from ui.inputs import show_csv
from ui.text import t

KEY = "classification.report.curves"
CLASS = "classification.report_class"
FIRST_CURVES = 3
FIRST_THRESHOLD = 0.2
"""Low enough that among many classes something lies above it."""


def show_curves(shown: Shown) -> None:
    """The curves side by side, the areas of all classes, and the texts above a threshold of one class."""
    report = shown.report
    st.markdown(t("classification.report.curves.lead"))
    rows = curve_rows(report.roc, report.precision_recall, t)
    if not rows:
        st.info(t("classification.report.curves.none"), icon=":material/info:")
        return
    labels = [str(row[t("classification.report.column.class")]) for row in rows]
    chosen = _choose(labels)
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(roc_figure(report.roc, chosen, t), key=f"{KEY}.roc")
        st.caption(t("classification.report.roc.caption"))
    with right:
        st.plotly_chart(precision_recall_figure(report.precision_recall, chosen, t), key=f"{KEY}.pr")
        st.caption(t("classification.report.pr.caption"))
    st.markdown(_averages(report))
    st.dataframe(rows, hide_index=True, key=f"{KEY}.table")
    st.caption(t("classification.report.curves.table_caption"))
    show_csv(lambda: csv_text(rows), "areas.csv", f"{KEY}.csv")
    if report.roc.without:
        names = ", ".join(report.roc.without[:10])
        st.text(t("classification.report.curves.without", count=len(report.roc.without), names=names))
    _show_above(report, labels)


def _choose(labels: list[str]) -> tuple[str, ...]:
    key = f"{KEY}.chosen"
    kept = [label for label in st.session_state.get(key, ()) if label in labels]
    st.session_state[key] = kept or labels[:FIRST_CURVES]
    return tuple(
        st.multiselect(
            t("classification.report.curves.choose"),
            labels,
            key=key,
            max_selections=MOST_CURVES,
            help=t("classification.report.curves.choose_help", most=MOST_CURVES),
            persist_state="session",
        )
    )


def _averages(report: Report) -> str:
    """Macro with its sum, micro with its number of pairs."""
    curves = report.roc.curves
    terms = " + ".join(f"{curve.area:.3f}" for curve in curves[:3]) + (" + …" if len(curves) > 3 else "")
    micro = report.roc.micro
    return t(
        "classification.report.curves.averages",
        terms=terms,
        count=len(curves),
        macro=report.roc.macro_area,
        micro=micro.area if micro is not None else report.roc.macro_area,
        pairs=micro.positives + micro.negatives if micro is not None else 0,
    )


def _show_above(report: Report, labels: list[str]) -> None:
    """The texts that a threshold on one class's probability takes though they belong elsewhere."""
    st.subheader(t("classification.report.curves.above"), anchor=False)
    if st.session_state.get(CLASS) not in labels:
        st.session_state[CLASS] = labels[0]
    left, right = st.columns(2)
    label = left.selectbox(
        t("classification.report.scores.class"),
        labels,
        key=CLASS,
        help=t("classification.report.curves.class_help"),
        persist_state="session",
    )
    threshold = right.slider(
        t("classification.report.curves.threshold"),
        0.0,
        1.0,
        FIRST_THRESHOLD,
        0.01,
        key=f"{KEY}.threshold",
        help=t("classification.report.curves.threshold_help"),
    )
    known = learned_rows(report.predictions)
    scored = known.probabilities[:, known.classes.index(label)]
    own = np.array(known.wanted) == label
    taken = scored >= threshold
    false = np.flatnonzero(taken & ~own)
    st.latex(
        rf"TPR = \frac{{{(taken & own).sum()}}}{{{own.sum()}}} = {(taken & own).sum() / own.sum():.3f}"
        rf"\qquad FPR = \frac{{{len(false)}}}{{{(~own).sum()}}} = {len(false) / (~own).sum():.4f}"
    )
    st.caption(t("classification.report.curves.above_caption", count=len(false)))
    show_rows(known, false[np.argsort(-scored[false])].tolist(), f"{KEY}.above", "false-positives.csv")
