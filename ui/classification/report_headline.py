"""The figures that one reads first, with how far they may be off."""

from math import isnan

import streamlit as st

from core.classification.report import Report
from ui.text import t

WIDTH = 165
"""Pixels of a figure: two fit beside one another on a phone."""


def show_headline(report: Report) -> None:
    """Accuracy, macro F1, log loss, AUC and calibration error in one row."""
    figures = [
        *(
            (name, _figure(report, name), _interval(report, name))
            for name in ("accuracy", "macro_f1", "log_loss")
        ),
        ("auc", "–" if isnan(report.roc.macro_area) else f"{report.roc.macro_area:.3f}", None),
        ("ece", f"{report.calibration.error:.3f}", None),
    ]
    with st.container(horizontal=True):
        for name, value, interval in figures:
            st.metric(
                t(f"classification.report.figure.{name}"),
                value,
                delta=interval,
                delta_color="off",
                delta_arrow="off",
                help=t(f"classification.report.figure_help.{name}"),
                width=WIDTH,
            )
    st.caption(
        t("classification.report.headline", rows=report.scores.total, classes=len(report.predictions.classes))
    )
    if report.unlearned:
        st.caption(t("classification.report.unlearned", count=report.unlearned))


def _figure(report: Report, name: str) -> str:
    value = report.estimates[name].value
    return f"{value:.3f}" if name == "log_loss" else f"{value:.1%}"


def _interval(report: Report, name: str) -> str:
    found = report.estimates[name]
    if name == "log_loss":
        return f"{found.low:.3f} – {found.high:.3f}"
    return f"{found.low:.1%} – {found.high:.1%}"
