"""What the probabilities are worth: log loss with the rows that cost most, calibration and temperature."""

import streamlit as st

from core.classification.metrics.calibration import Calibration, bin_places
from core.classification.report_tables import bin_rows
from core.csv_export import csv_text
from core.plots.classification_calibration import cost_figure, reliability_figure
from ui.classification.report_link import HALVES
from ui.classification.report_row_list import show_rows
from ui.classification.report_source import Shown
from ui.inputs import show_csv, show_segments
from ui.text import t

KEY = "classification.report.probabilities"
COSTLIEST = 0.1


def show_probabilities(shown: Shown) -> None:
    """Log loss or calibration."""
    if show_segments("classification", "report_half", HALVES) == "loss":
        _show_loss(shown)
    else:
        _show_calibration(shown)


def _show_loss(shown: Shown) -> None:
    found = shown.report.log_loss
    st.markdown(t("classification.report.loss.lead"))
    costs = found.costs[found.costliest]
    terms = " + ".join(f"{cost:.2f}" for cost in costs[:3])
    st.latex(
        rf"-\frac{{1}}{{n}}\sum_i \ln p_i(y_i) = \frac{{{terms} + \cdots}}{{{len(costs)}}} = {found.mean:.3f}"
    )
    tenth = max(1, round(COSTLIEST * len(costs)))
    st.markdown(
        t(
            "classification.report.loss.facts",
            guessing=found.guessing,
            rows=tenth,
            share=found.share_of_costliest(tenth),
        )
    )
    st.plotly_chart(cost_figure(found, t), key=f"{KEY}.costs")
    st.caption(t("classification.report.cost.caption"))
    st.markdown(f"**{t('classification.report.loss.rows')}**")
    show_rows(found.predictions, found.costliest.tolist(), f"{KEY}.loss", "log-loss.csv", costs.tolist())


def _show_calibration(shown: Shown) -> None:
    report = shown.report
    st.markdown(t("classification.report.calibration.lead"))
    scaled = report.scaled
    st.plotly_chart(
        reliability_figure(report.calibration, scaled.calibration if scaled else None, t),
        key=f"{KEY}.reliability",
    )
    st.caption(t("classification.report.calibration.caption"))
    if scaled is None:
        st.info(t("classification.report.calibration.no_validation"), icon=":material/info:")
    else:
        fitted = scaled.temperature
        st.markdown(
            t(
                "classification.report.calibration.fitted",
                value=fitted.value,
                texts=fitted.texts,
                before=report.calibration.error,
                after=scaled.calibration.error,
                loss_before=report.log_loss.mean,
                loss_after=scaled.log_loss,
            )
        )
        tone = "colder" if fitted.value < 1 else "hotter"
        st.caption(t(f"classification.report.calibration.{'no_errors' if not fitted.errors else tone}"))
    rows = bin_rows(report.calibration, t)
    st.latex(_formula(report.calibration))
    st.dataframe(rows, hide_index=True, key=f"{KEY}.bins")
    st.caption(t("classification.report.calibration.bins_caption"))
    show_csv(lambda: csv_text(rows), "calibration.csv", f"{KEY}.bins.csv")
    _show_bin(shown)


def _formula(found: Calibration) -> str:
    full = [each for each in found.bins if each.count]
    terms = " + ".join(
        rf"\tfrac{{{each.count}}}{{{found.total}}}\,|{each.accuracy:.2f}-{each.confidence:.2f}|"
        for each in full[-2:]
    )
    return rf"\text{{ECE}} = \cdots + {terms} = {found.error:.4f}"


def _show_bin(shown: Shown) -> None:
    """The texts of one bin, the wrong ones first."""
    predictions = shown.report.predictions
    full = [place for place, each in enumerate(shown.report.calibration.bins) if each.count]
    names = {place: f"{place / 10:.1f}–{(place + 1) / 10:.1f}" for place in full}
    chosen = st.selectbox(
        t("classification.report.calibration.bin"),
        full,
        index=len(full) - 1,
        format_func=lambda place: names[place],
        key=f"{KEY}.bin",
        help=t("classification.report.calibration.bin_help"),
    )
    inside = [int(place) for place in (bin_places(predictions.confidence) == chosen).nonzero()[0]]
    said = predictions.predicted
    inside.sort(key=lambda place: said[place] == predictions.wanted[place])
    show_rows(predictions, inside, f"{KEY}.bin", "bin.csv")
