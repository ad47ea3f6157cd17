"""One matrix in a format: its weights' histogram with the format's levels, and all formats in a table."""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.memory.quantise.histogram import LevelHistogram
from core.memory.quantise.matrix_report import MatrixReport
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

FEW_LEVELS = 16


def histogram_figure(found: LevelHistogram, matrix: str, name: str, words: Words) -> go.Figure:
    """Bars for the weights in shares of their group's largest; a line or a tick for each level."""
    drawn = figure(
        words(
            "memory.precision.histogram.title",
            matrix=matrix,
            format=words(f"memory.precision.short.{name}"),
        ),
        words("memory.precision.histogram.x"),
        words("memory.precision.histogram.y"),
    )
    percent = [100 * share for share in found.shares]
    drawn.add_bar(
        x=list(found.centres),
        y=percent,
        name=words("memory.precision.histogram.weights"),
        marker={"color": PALETTE.accent, "line": {"width": 0}},
        hovertemplate=words("memory.precision.histogram.hover") + "<extra></extra>",
    )
    if found.levels:
        _add_levels(drawn, found, max(percent), words)
    drawn.update_layout(bargap=0)
    drawn.update_xaxes(range=[-1.05, 1.05])
    legend_below(drawn)
    return drawn


def _add_levels(drawn: go.Figure, found: LevelHistogram, top: float, words: Words) -> None:
    few = len(found.levels) <= FEW_LEVELS
    if few:
        for level in found.levels:
            drawn.add_vline(x=level, line={"color": PALETTE.bad, "dash": "dot", "width": 1})
    drawn.add_scatter(
        x=list(found.levels),
        y=[-0.04 * top] * len(found.levels),
        mode="markers",
        name=words("memory.precision.histogram.levels", count=len(found.levels)),
        marker={
            "symbol": "line-ns-open",
            "size": 14 if few else 9,
            "color": PALETTE.bad,
            "line": {"width": 3 if few else 1, "color": PALETTE.bad},
        },
        hovertemplate=words("memory.precision.histogram.level_hover") + "<extra></extra>",
    )


def matrix_rows(reports: Mapping[str, MatrixReport], words: Words) -> list[dict[str, object]]:
    """All formats on one matrix."""
    column = "memory.precision.column"
    return [
        {
            words(f"{column}.format"): words(f"memory.precision.format.{name}"),
            words(f"{column}.bits_weight"): round(8 * report.counted / report.error.weights, 3),
            words(f"{column}.predicted"): report.predicted,
            words(f"{column}.counted"): report.counted,
            words(f"{column}.relative"): 100 * report.error.relative,
            words(f"{column}.largest"): report.error.largest,
            words(f"{column}.decibels"): _rounded(report.error.decibels),
            words(f"{column}.zeroed"): 100 * report.error.zeroed / report.error.weights,
        }
        for name, report in reports.items()
    ]


def _rounded(decibels: float | None) -> float | None:
    return None if decibels is None else round(decibels, 1)
