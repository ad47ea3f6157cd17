"""The rows to look at first: errors made with conviction, and labels that are likely wrong."""

import streamlit as st

from core.classification.metrics.errors import worst_errors
from core.classification.metrics.row_table import row_table
from core.csv_export import csv_text
from ui.classification.report_link import LISTS
from ui.classification.report_row_list import ROWS_SHOWN, show_rows
from ui.classification.report_source import Shown
from ui.inputs import show_csv, show_segments
from ui.text import t

KEY = "classification.report.rows"
KEPT = "classification.report.rows.kept"

TOO_MANY = 0.2
"""Share of suspects from which on it is the model that is to be doubted."""


def show_suspicious_rows(shown: Shown) -> None:
    """Either list."""
    if show_segments("classification", "report_list", LISTS) == "errors":
        places = worst_errors(shown.report.predictions)
        st.markdown(t("classification.report.rows.errors_lead", count=len(places)))
        show_rows(shown.report.predictions, places.tolist(), f"{KEY}.errors", "errors.csv")
    else:
        _show_labels(shown)


def _show_labels(shown: Shown) -> None:
    """cleanlab's suspects among the test rows, with the threshold that each class sets."""
    from core.classification.metrics.label_errors import LabelErrors, label_errors

    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] is not shown:
        with st.spinner(t("classification.report.rows.working")):
            kept = (shown, label_errors(shown.report.predictions))
        st.session_state[KEPT] = kept
    found: LabelErrors = kept[1]
    st.markdown(
        t(
            "classification.report.rows.labels_lead",
            count=len(found.suspects),
            rows=len(found.predictions.texts),
        )
    )
    if not len(found.suspects):
        st.info(t("classification.report.rows.no_suspects"), icon=":material/check:")
        return
    if len(found.suspects) > TOO_MANY * len(found.predictions.texts):
        st.warning(t("classification.report.rows.too_many"), icon=":material/warning:")
    rows = row_table(found.predictions, found.suspects.tolist(), t)
    st.dataframe(rows[:ROWS_SHOWN], hide_index=True, key=f"{KEY}.labels")
    show_csv(lambda: csv_text(rows), "label-errors.csv", f"{KEY}.labels.csv")
    st.caption(t("classification.report.rows.labels_caption"))
    with st.expander(t("classification.report.rows.how"), icon=":material/functions:"):
        first = int(found.suspects[0])
        own, other = found.predictions.wanted[first], found.predictions.predicted[first]
        place = found.predictions.classes.index(other)
        st.latex(
            rf"p(j \mid x) = {found.predictions.probabilities[first, place]:.3f}"
            rf" \ge t_j = {found.thresholds[place]:.3f}"
        )
        st.text(t("classification.report.rows.how_first", own=own, other=other))
        st.markdown(t("classification.report.rows.how_about"))
        thresholds = [
            {
                t("classification.report.column.class"): label,
                t("classification.report.column.threshold"): round(float(found.thresholds[at]), 4),
                t("classification.report.column.counted"): int(found.joint[at].sum()),
                t("classification.report.column.counted_elsewhere"): int(
                    found.joint[at].sum() - found.joint[at, at]
                ),
            }
            for at, label in enumerate(found.predictions.classes)
        ]
        st.dataframe(thresholds, hide_index=True, key=f"{KEY}.thresholds")
