"""The confusion matrix: where the errors are, and the texts of a chosen cell."""

import streamlit as st

from core.classification.metrics.confusion import Order, Share, places_of_cell, reordered
from core.classification.report_tables import confusion_rows, matrix_rows
from core.csv_export import csv_text
from core.plots.classification_confusion import confusion_figure
from ui.classification.report_link import ORDERS, SHARES
from ui.classification.report_row_list import show_rows
from ui.classification.report_source import Shown
from ui.inputs import show_csv, show_segments
from ui.text import t

KEY = "classification.report.matrix"
WANTED, PREDICTED = "classification.report_wanted", "classification.report_predicted"
PAIRS_SHOWN = 100


def show_matrix(shown: Shown) -> None:
    """The heat map, the fullest wrong cells, and the texts of one."""
    st.markdown(t("classification.report.matrix.lead"))
    with st.container(horizontal=True):
        share: Share = show_segments("classification", "report_share", SHARES)  # type: ignore[assignment]
        order: Order = show_segments("classification", "report_order", ORDERS)  # type: ignore[assignment]
    found = reordered(shown.report.confusion, order)
    _choose_first(shown)
    left, right = st.columns([5, 4], gap="medium")
    with right:
        _show_pairs(shown)
    with left:
        chosen = (st.session_state[WANTED], st.session_state[PREDICTED])
        st.plotly_chart(
            confusion_figure(found, share, chosen, t),
            key=f"{KEY}.map",
            on_select=lambda: _cell_clicked(found.classes),
            selection_mode="points",
            config={"displayModeBar": False},
        )
        st.caption(t("classification.report.matrix.caption"))
        show_csv(lambda: csv_text(matrix_rows(found, t)), "confusion-matrix.csv", f"{KEY}.csv")
    _show_cell(shown)


def _choose_first(shown: Shown) -> None:
    """At first the fullest wrong cell, or the first class where there is none."""
    classes = shown.report.confusion.classes
    if st.session_state.get(WANTED) in classes and st.session_state.get(PREDICTED) in classes:
        return
    rows = confusion_rows(shown.report.confusion, t, 1)
    names = list(rows[0].values())[:2] if rows else [classes[0], classes[0]]
    st.session_state[WANTED], st.session_state[PREDICTED] = names


def _cell_clicked(classes: tuple[str, ...]) -> None:
    points = st.session_state[f"{KEY}.map"]["selection"]["points"]
    if points and points[0].get("customdata"):
        row, column = (int(place) for place in list(points[0]["customdata"])[-2:])
        st.session_state[WANTED], st.session_state[PREDICTED] = classes[row], classes[column]


def _show_pairs(shown: Shown) -> None:
    """The fullest wrong cells as a list; choosing a line chooses the cell."""
    st.markdown(f"**{t('classification.report.matrix.pairs')}**")
    rows = confusion_rows(shown.report.confusion, t, PAIRS_SHOWN)
    if not rows:
        st.success(t("classification.report.matrix.perfect"), icon=":material/check:")
        return
    names = [list(row.values())[:2] for row in rows]

    def chosen() -> None:
        lines = st.session_state[f"{KEY}.pairs"]["selection"]["rows"]
        if lines:
            st.session_state[WANTED], st.session_state[PREDICTED] = names[lines[0]]

    st.dataframe(
        rows,
        hide_index=True,
        key=f"{KEY}.pairs",
        on_select=chosen,
        selection_mode="single-row",
        height=min(420, 40 + 35 * len(rows)),
        column_config={
            t("classification.report.column.share"): st.column_config.NumberColumn(format="percent")
        },
    )
    st.caption(t("classification.report.matrix.pairs_caption"))


def _show_cell(shown: Shown) -> None:
    """The chosen cell by name, and its texts."""
    classes = shown.report.confusion.classes
    columns = st.columns(2)
    for column, key, name in zip(columns, (WANTED, PREDICTED), ("wanted", "predicted"), strict=True):
        column.selectbox(
            t(f"classification.report.matrix.{name}"),
            classes,
            key=key,
            help=t("classification.report.matrix.choose_help"),
            persist_state="session",
        )
    wanted, predicted = st.session_state[WANTED], st.session_state[PREDICTED]
    places = places_of_cell(shown.report.predictions, wanted, predicted)
    st.text(t("classification.report.matrix.cell", count=len(places), wanted=wanted, predicted=predicted))
    show_rows(shown.report.predictions, places, f"{KEY}.cell", "cell.csv")
