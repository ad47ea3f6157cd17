"""The report as one HTML file: nothing is loaded from anywhere, nothing in it runs, every text is escaped.

It holds what the page shows, as tables and inline SVG, and the rows behind it: open it in a browser, print
it, or hand it on. A policy in its head forbids scripts and outside resources, whatever a text says.
"""

from collections.abc import Sequence
from html import escape
from math import isnan
from pathlib import Path

import numpy as np

from core.classification.metrics.calibration import Calibration
from core.classification.metrics.coverage import coverage_curve
from core.classification.metrics.errors import worst_errors
from core.classification.metrics.label_errors import label_errors
from core.classification.metrics.ranking import thinned
from core.classification.metrics.row_table import row_table
from core.classification.predictions import Predictions
from core.classification.report import Report
from core.classification.report_svg import curves, heat_map
from core.classification.report_tables import (
    Row,
    average_rows,
    bin_rows,
    class_rows,
    confusion_rows,
    curve_rows,
)
from core.errors import GlassboxError
from core.wording import Language, Words, words_in

ROWS_LISTED = 50
LONGEST_TEXT = 400
"""Characters of a cell; the CSV has all of them."""

STYLE_FILE = Path(__file__).with_name("report.css")


def report_html(report: Report, language: Language) -> str:
    """The whole file in one language, as text to be written in UTF-8."""
    t = words_in(language)
    title = t("classification.report.html.title", data=report.data, method=method_name(report.method, t))
    lead = t("classification.report.html.lead", rows=report.scores.total)
    sections = (
        _cards(report, t),
        _section("matrix", _matrix(report, t), t),
        _section("classes", _classes(report, t), t),
        _section("curves", _curves(report, t), t),
        _section("calibration", _calibration(report, t), t),
        _section("coverage", _coverage(report, t), t),
        _section("errors", _errors(report, t), t),
        _section("labels", _labels(report, t, language), t),
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE_FILE.read_text('utf-8')}</style></head><body>"
        f"<h1>{escape(title)}</h1>{_paragraph(lead)}{''.join(sections)}</body></html>\n"
    )


def method_name(method: str, t: Words) -> str:
    """The wording of a method of the table; another name stays as it is."""
    try:
        return t(f"classification.train.method.{method}")
    except KeyError:
        return method


def _section(name: str, content: str, t: Words) -> str:
    heading, caption = (t(f"classification.report.html.{name}{part}") for part in ("", "_caption"))
    return f"<section><h2>{escape(heading)}</h2>{_paragraph(caption)}{content}</section>"


def _paragraph(text: str) -> str:
    return f'<p class="c">{escape(text)}</p>'


def _cards(report: Report, t: Words) -> str:
    area = report.roc.macro_area
    values = [
        *((name, _interval(report, name)) for name in ("accuracy", "macro_f1", "weighted_f1", "log_loss")),
        ("auc", "–" if isnan(area) else f"{area:.4f}"),
        ("ece", f"{report.calibration.error:.4f}"),
    ]
    cards = (
        f"<div>{escape(t(f'classification.report.figure.{name}'))}<b>{escape(value)}</b></div>"
        for name, value in values
    )
    return f'<div class="cards">{"".join(cards)}</div>' + _paragraph(t("classification.report.html.interval"))


def _interval(report: Report, name: str) -> str:
    found = report.estimates[name]
    return f"{found.value:.4f} [{found.low:.3f}, {found.high:.3f}]"


def _matrix(report: Report, t: Words) -> str:
    name = t("classification.report.html.matrix")
    found = report.confusion
    drawn = heat_map(found.counts, found.classes, found.classes, name)
    return drawn + _table(confusion_rows(found, t, ROWS_LISTED))


def _classes(report: Report, t: Words) -> str:
    return _table(average_rows(report.scores, t)) + _table(class_rows(report.scores, t))


def _curves(report: Report, t: Words) -> str:
    rows = curve_rows(report.roc, report.precision_recall, t)
    if report.roc.micro is None:
        return _table(rows)
    x, y = thinned(report.roc.micro.false_positive_rate, report.roc.micro.true_positive_rate, most=200)
    label = t("classification.report.roc.micro", area=report.roc.micro.area)
    titles = (t("classification.report.roc.x"), t("classification.report.roc.y"))
    return curves([(label, x, y)], *titles, label, diagonal=True) + _table(rows)


def _calibration(report: Report, t: Words) -> str:
    lines = [_reliability("before", report.calibration, t)]
    if report.scaled is not None:
        lines.append(_reliability("after", report.scaled.calibration, t))
    titles = (t("classification.report.calibration.x"), t("classification.report.calibration.y"))
    drawn = curves(lines, *titles, t("classification.report.html.calibration"), diagonal=True)
    fitted = "" if report.scaled is None else _paragraph(
        t("classification.report.html.temperature", value=report.scaled.temperature.value)
    )  # fmt: skip
    return drawn + fitted + _table(bin_rows(report.calibration, t))


def _reliability(when: str, found: Calibration, t: Words) -> tuple[str, np.ndarray, np.ndarray]:
    full = [each for each in found.bins if each.count]
    label = t(f"classification.report.calibration.{when}", error=found.error)
    x, y = np.array([each.confidence for each in full]), np.array([each.accuracy for each in full])
    return label, x, y


def _coverage(report: Report, t: Words) -> str:
    curve = coverage_curve(report.predictions)
    x, y = thinned(curve.coverage, curve.accuracy, most=200)
    titles = (t("classification.report.coverage.x"), t("classification.report.coverage.y"))
    return curves([(t("classification.report.coverage.line"), x, y)], *titles, titles[1])


def _errors(report: Report, t: Words) -> str:
    places = worst_errors(report.predictions)
    return _listed(report.predictions, places, t)


def _labels(report: Report, t: Words, language: Language) -> str:
    try:
        found = label_errors(report.predictions)
    except GlassboxError as error:
        return _paragraph(error.text(language))
    return _listed(found.predictions, found.suspects, t)


def _listed(predictions: Predictions, places: np.ndarray, t: Words) -> str:
    shown = len(places[:ROWS_LISTED])
    said = t("classification.report.html.listed", shown=shown, count=len(places))
    return _paragraph(said) + _table(row_table(predictions, places[:ROWS_LISTED], t))


def _table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    body = "".join(f"<tr>{''.join(map(_cell, row.values()))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f"<td>{escape(value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + '…')}</td>"
    return f'<td class="n">{escape(str(value))}</td>'
