"""The rows behind a number: the first of them to read, all of them as CSV."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.classification.metrics.row_table import row_table
from core.classification.predictions import Predictions
from core.csv_export import csv_text
from ui.inputs import show_csv
from ui.text import t

ROWS_SHOWN = 200


def show_rows(
    predictions: Predictions,
    places: Sequence[int],
    key: str,
    file: str,
    costs: Sequence[float] | None = None,
) -> None:
    """A table of the rows at `places`, in this order.

    Args:
        predictions: where the rows are.
        places: which of them.
        key: tells this list from others of the view.
        file: name of the CSV.
        costs: what each place costs, if that is to be a column.
    """
    if not len(places):
        st.info(t("classification.report.rows.none"), icon=":material/check:")
        return
    first = None if costs is None else list(costs)[:ROWS_SHOWN]
    rows = row_table(predictions, list(places)[:ROWS_SHOWN], t, first)
    st.dataframe(rows, hide_index=True, key=f"{key}.rows", column_config=_columns())
    if len(places) > ROWS_SHOWN:
        st.caption(t("classification.report.rows.first", shown=ROWS_SHOWN, count=len(places)))
    show_csv(lambda: csv_text(row_table(predictions, places, t, costs)), file, f"{key}.csv")


def _columns() -> dict[str, Any]:
    """The text gets most of the room."""
    return {
        t("classification.report.column.row"): st.column_config.NumberColumn(width=60),
        t("classification.report.column.text"): st.column_config.TextColumn(width="large"),
    }
