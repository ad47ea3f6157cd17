"""Outliers: those that MiniLM has, and one that the reader plants."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.quantise.weight_formats import GROUPINGS, OUTLIER_SIZES
from ui.inputs import show_csv, show_link, show_segments
from ui.memory.calculate_kept import kept_for
from ui.memory.precision_controls import show_block, show_choice
from ui.memory.precision_link import CODES, FIRST, LINEAR
from ui.memory.precision_weights import read_matrix
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.memory.quantise.minilm import Matrix
    from core.memory.quantise.outlier import Planted
    from core.memory.quantise.weight_formats import Grouping


def show_outlier() -> None:
    """The model's own outliers, then the planted one."""
    st.markdown(t("memory.precision.outlier.asked"))
    if not _show_real():
        return
    st.subheader(t("memory.precision.outlier.plant_title"), anchor=False)
    st.markdown(t("memory.precision.outlier.plant_asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        label = show_choice("planted", LINEAR, "memory.precision.outlier.matrix")
        size = _show_size()
        codes = show_segments("memory", "precision_codes", CODES)
        block = show_block()
        values = {
            "precision_planted": label,
            "precision_size": f"{size:g}",
            "precision_codes": codes,
            "precision_block": block,
        }
        show_link("memory", {"view": "precision", "precision_part": "outlier", **values})
    matrix = read_matrix(label)
    if matrix is not None:
        curve = _curve(matrix, codes, block)
        with left:
            _show_planted_metrics(curve, size)
        with right:
            _show_planted(curve, size)
    st.caption(t("memory.precision.outlier.activations"))


def _show_real() -> bool:
    """Every linear matrix as it is; False where the model is not in order."""
    from core.plots.memory_precision_outlier import real_figure, real_rows
    from ui.cache import precision_outliers

    try:
        with turn_in_queue(st.empty()), st.spinner(t("memory.precision.outlier.measuring")):
            found = precision_outliers()
    except GlassboxError as error:
        show_error(error)
        return False
    st.subheader(t("memory.precision.outlier.real_title"), anchor=False)
    worst = max(found, key=lambda each: each.widest)
    st.markdown(
        t(
            "memory.precision.outlier.said",
            label=worst.label,
            largest=worst.largest,
            widest=worst.widest,
            zeroed=worst.zeroed,
            tensor=worst.errors["tensor"],
            channel=worst.errors["channel"],
            small=worst.errors["block"],
            block=FIRST["block"],
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(real_figure(found, t), key="memory.precision.real.chart")
        st.caption(t("memory.precision.real.caption"))
    with right:
        rows = real_rows(found, t)
        percents = [*(t(f"memory.precision.grouping.{name}") for name in GROUPINGS)]
        percents.append(t("memory.precision.column.zeroed"))
        st.dataframe(
            rows,
            hide_index=True,
            key="memory.precision.real.table",
            height=400,
            column_config=dict.fromkeys(percents, st.column_config.NumberColumn(format="%.2f %%")),
        )
        show_csv(lambda: csv_text(rows), "outliers.csv", "memory.precision.real.csv")
    return True


def _show_size() -> float:
    st.session_state.setdefault("memory.precision_size", FIRST["size"])
    return float(
        st.select_slider(
            t("memory.precision.outlier.size"),
            OUTLIER_SIZES,
            format_func="{:g}".format,
            key="memory.precision_size",
            help=t("memory.precision.outlier.size_help"),
            persist_state="session",
        )
    )


def _curve(matrix: "Matrix", codes: str, block: int) -> "dict[Grouping, tuple[Planted, ...]]":
    from core.memory.quantise.outlier import planted_curve

    chosen = {"matrix": matrix.label, "codes": codes, "block": block}
    return kept_for(
        "precision.planted",
        chosen,
        lambda: planted_curve(matrix.weights, codes, block),  # type: ignore[arg-type]
    )


def _show_planted_metrics(curve: "dict[Grouping, tuple[Planted, ...]]", size: float) -> None:
    with st.container(horizontal=True, gap="medium"):
        for grouping, points in curve.items():
            error = next(point.error for point in points if point.size == size)
            st.metric(
                t(f"memory.precision.outlier.metric.{grouping}"),
                f"{error.relative:.2%}",
                delta=t("memory.precision.outlier.zeroed", share=error.zeroed / error.weights),
                delta_color="off",
                delta_arrow="off",
                help=t("memory.precision.outlier.metric.help"),
                width="content",
            )


def _show_planted(curve: "dict[Grouping, tuple[Planted, ...]]", size: float) -> None:
    from core.plots.memory_precision_outlier import pictures_figure, planted_figure

    st.plotly_chart(planted_figure(curve, size, t), key="memory.precision.planted.chart")
    st.caption(t("memory.precision.planted.caption"))
    pictures = {
        grouping: next(point for point in points if point.size == size) for grouping, points in curve.items()
    }
    st.plotly_chart(pictures_figure(pictures, t), key="memory.precision.pictures.chart")
    st.caption(t("memory.precision.pictures.caption"))
