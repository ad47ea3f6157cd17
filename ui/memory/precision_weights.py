"""One of MiniLM's matrices in a format: its histogram with the levels, bytes, errors."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.quantise.formulas import bytes_formula
from core.memory.quantise.matrix_names import matrix_labels
from core.memory.quantise.weight_formats import FORMATS
from ui.inputs import show_csv, show_link, show_segments
from ui.memory.calculate_kept import kept_for
from ui.memory.precision_controls import show_block, show_choice, show_metrics
from ui.memory.precision_link import DOUBLE
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from core.memory.quantise.histogram import LevelHistogram
    from core.memory.quantise.matrix_report import MatrixReport
    from core.memory.quantise.minilm import Matrix


def show_weights() -> None:
    """The choice on the left, the histogram on the right, all formats below."""
    st.markdown(t("memory.precision.weights.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        label = show_choice("matrix", matrix_labels(), "memory.precision.weights.matrix")
        name = show_choice(
            "format", tuple(FORMATS), "memory.precision.weights.format", "memory.precision.format.*"
        )
        block = show_block()
        double = show_segments("memory", "precision_double", DOUBLE) == "double"
        _show_link(label, name, block, double)
    matrix = read_matrix(label)
    if matrix is None:
        return
    with st.spinner(t("memory.precision.weights.loading"), show_time=False):
        reports, histogram = _computed(matrix, name, block, double)
    with right:
        _show_histogram(matrix, name, histogram)
    with left:
        _show_report(matrix, name, block, double, reports[name])
    _show_table(reports)


def read_matrix(label: str) -> "Matrix | None":
    """The matrix of that label; None, with a sentence, where the model is not in order."""
    from core.memory.quantise.minilm import matrices

    try:
        with turn_in_queue(st.empty()), st.spinner(t("memory.precision.weights.loading")):
            return next(matrix for matrix in matrices() if matrix.label == label)
    except GlassboxError as error:
        show_error(error)
        return None


def _computed(
    matrix: "Matrix", name: str, block: int, double: bool
) -> "tuple[Mapping[str, MatrixReport], LevelHistogram]":
    from core.memory.quantise.histogram import level_histogram
    from core.memory.quantise.matrix_report import matrix_reports

    chosen = {"matrix": matrix.label, "block": block}
    reports = kept_for(
        "precision.matrix",
        {**chosen, "double": double},
        lambda: matrix_reports(matrix.weights, block, double),
    )
    histogram = kept_for(
        "precision.histogram", {**chosen, "name": name}, lambda: level_histogram(matrix.weights, name, block)
    )
    return reports, histogram


def _show_link(label: str, name: str, block: int, double: bool) -> None:
    show_link(
        "memory",
        {
            "view": "precision",
            "precision_part": "weights",
            "precision_matrix": label,
            "precision_format": name,
            "precision_block": block,
            "precision_double": "double" if double else "single",
        },
    )


def _show_histogram(matrix: "Matrix", name: str, found: "LevelHistogram") -> None:
    from core.plots.memory_precision_weights import histogram_figure

    st.plotly_chart(histogram_figure(found, matrix.label, name, t), key="memory.precision.histogram.chart")
    st.caption(t("memory.precision.histogram.caption"))
    if found.levels:
        st.markdown(
            t(
                "memory.precision.weights.said",
                used=found.used,
                levels=len(found.levels),
                entropy=found.entropy,
                bits=FORMATS[name].bits,
                widest=found.widest,
            )
        )
    else:
        st.markdown(
            t(
                "memory.precision.weights.said_cast",
                format=t(f"memory.precision.short.{name}"),
                widest=found.widest,
            )
        )


def _show_report(matrix: "Matrix", name: str, block: int, double: bool, report: "MatrixReport") -> None:
    error = report.error
    exact = t("memory.precision.weights.exact")
    show_metrics(
        {
            "relative": f"{error.relative:.3%}",
            "decibels": exact if error.decibels is None else f"{error.decibels:.1f} dB",
            "largest": f"{error.largest:.4f}",
            "zeroed": f"{error.zeroed / error.weights:.1%}",
            "bits": f"{8 * report.counted / error.weights:.3f}",
        },
        "memory.precision.weights.metric",
    )
    st.markdown(t("memory.precision.weights.bytes"))
    st.latex(bytes_formula(tuple(matrix.weights.shape), name, block, double))


def _show_table(reports: "Mapping[str, MatrixReport]") -> None:
    from core.plots.memory_precision_weights import matrix_rows

    rows = matrix_rows(reports, t)
    st.dataframe(
        rows,
        hide_index=True,
        key="memory.precision.weights.table",
        height="content",
        placeholder=t("memory.precision.weights.exact"),
        column_config=number_columns(("predicted", "counted"), ("relative", "zeroed"), ("largest",)),
    )
    st.caption(t("memory.precision.weights.table_caption"))
    show_csv(lambda: csv_text(rows), "matrix.csv", "memory.precision.weights.csv")


def number_columns(
    counts: tuple[str, ...], percents: tuple[str, ...], small: tuple[str, ...]
) -> "dict[str, ColumnConfig]":
    """How a table writes its numbers: thousands apart, percents to three places, small ones to five."""
    formats = {**dict.fromkeys(counts, "localized"), **dict.fromkeys(percents, "%.3f")}
    return {
        t(f"memory.precision.column.{name}"): st.column_config.NumberColumn(format=form)
        for name, form in {**formats, **dict.fromkeys(small, "%.5f")}.items()
    }
