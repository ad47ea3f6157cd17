"""Answer only when sure: a threshold on the confidence, what it leaves to people and what it gains."""

import numpy as np
import streamlit as st

from core.classification.metrics.coverage import Selection, coverage_curve, selection, threshold_for
from core.csv_export import csv_text
from core.plots.classification_coverage import coverage_figure
from ui.classification.report_row_list import show_rows
from ui.classification.report_source import Shown
from ui.inputs import show_csv, show_segments
from ui.text import t

KEY = "classification.report.threshold"
SLIDER = "classification.report_threshold"
KINDS = ("answered_wrong", "refused_right", "refused_wrong")

WIDTH = 165
"""Pixels of a figure."""


def show_threshold(shown: Shown) -> None:
    """The slider, the curve, and the rows on each side of the threshold."""
    predictions = shown.report.predictions
    st.markdown(t("classification.report.threshold.lead"))
    # Half of the texts answered at first: a threshold that suits one model tells nothing about another.
    st.session_state.setdefault(SLIDER, float(np.round(np.median(predictions.confidence), 2)))
    _show_target(shown)
    threshold = st.slider(
        t("classification.report.threshold.label"),
        0.0,
        1.0,
        step=0.01,
        key=SLIDER,
        help=t("classification.report.threshold.help"),
        persist_state="session",
    )
    chosen = selection(predictions, threshold)
    _show_counts(chosen)
    curve = coverage_curve(predictions)
    st.plotly_chart(coverage_figure(curve, chosen, t), key=f"{KEY}.curve")
    st.caption(t("classification.report.coverage.caption"))
    names = [t(f"classification.report.column.{name}") for name in ("threshold", "coverage", "accuracy")]
    show_csv(
        lambda: csv_text(
            dict(zip(names, (round(float(number), 4) for number in point), strict=True))
            for point in zip(curve.thresholds, curve.coverage, curve.accuracy, strict=True)
        ),
        "coverage.csv",
        f"{KEY}.csv",
    )
    _show_sides(shown, threshold)


def _show_counts(chosen: Selection) -> None:
    """Coverage, accuracy and what the threshold costs, two beside one another on a phone."""
    accuracy = chosen.accuracy
    figures = (
        ("coverage", f"{chosen.coverage:.1%}", f"{chosen.answered} / {chosen.total}"),
        ("accuracy", "–" if accuracy is None else f"{accuracy:.1%}", f"{chosen.right} / {chosen.answered}"),
        ("refused_right", f"{chosen.refused_right}", None),
    )
    with st.container(horizontal=True):
        for name, value, counted in figures:
            st.metric(
                t(f"classification.report.threshold.{name}"),
                value,
                delta=counted,
                delta_color="off",
                delta_arrow="off",
                help=t(f"classification.report.threshold.{name}_help"),
                width=WIDTH,
            )


def _show_target(shown: Shown) -> None:
    """A button that finds, on validation, the threshold for a wanted accuracy."""
    if not shown.validation.texts:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.number_input(
            t("classification.report.threshold.wanted"),
            50.0,
            100.0,
            95.0,
            1.0,
            key=f"{KEY}.wanted",
            help=t("classification.report.threshold.wanted_help"),
            width=260,
        )
        st.button(
            t("classification.report.threshold.find"),
            key=f"{KEY}.find",
            icon=":material/search:",
            help=t("classification.report.threshold.find_help", texts=len(shown.validation.texts)),
            on_click=_find,
            args=(shown, wanted / 100),
        )
    if st.session_state.get(f"{KEY}.unreached") == wanted:
        st.warning(t("classification.report.threshold.unreached", wanted=wanted), icon=":material/info:")


def _find(shown: Shown, wanted: float) -> None:
    found = threshold_for(shown.validation, wanted)
    st.session_state[f"{KEY}.unreached"] = wanted * 100 if found is None else None
    if found is not None:
        st.session_state[SLIDER] = min(1.0, float(np.ceil(found * 100) / 100))


def _show_sides(shown: Shown, threshold: float) -> None:
    kind = show_segments("classification.report.threshold", "kind", KINDS)
    predictions = shown.report.predictions
    right = np.array(predictions.predicted) == np.array(predictions.wanted)
    sure = predictions.confidence >= threshold
    places = np.flatnonzero(
        {"answered_wrong": sure & ~right, "refused_right": ~sure & right}.get(kind, ~sure & ~right)
    )
    st.caption(t(f"classification.report.threshold.about_{kind}", count=len(places)))
    show_rows(predictions, places.tolist(), f"{KEY}.{kind}", f"{kind.replace('_', '-')}.csv")
