"""Rows behind a number, as they are listed on the page, in the HTML report and in a CSV."""

from collections.abc import Iterable

from core.classification.predictions import Predictions
from core.wording import Words


def row_table(
    predictions: Predictions, places: Iterable[int], t: Words, costs: Iterable[float] | None = None
) -> list[dict[str, object]]:
    """One dictionary a row, named in the reader's language; `costs`, one a place, adds what each costs."""
    column = {label: place for place, label in enumerate(predictions.classes)}
    predicted, confidence = predictions.predicted, predictions.confidence
    extra = iter(costs) if costs is not None else None
    table = []
    for place in (int(number) for number in places):
        wanted = predictions.wanted[place]
        row: dict[str, object] = {
            t("classification.report.column.row"): predictions.rows[place] + 1,
            t("classification.report.column.text"): predictions.texts[place],
            t("classification.report.column.wanted"): wanted,
            t("classification.report.column.predicted"): predicted[place],
            t("classification.report.column.confidence"): round(float(confidence[place]), 4),
            t("classification.report.column.own"): round(
                float(predictions.probabilities[place, column[wanted]]) if wanted in column else 0.0, 4
            ),
        }
        if extra is not None:
            row[t("classification.report.column.cost")] = round(float(next(extra)), 3)
        table.append(row)
    return table
