"""The grid of real steps: predicted against measured, and the errors row by row."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.memory.grid import GridRow
from core.memory.grid_table import row_name
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

MEBIBYTE = 2**20
SMALLEST_SHOWN = 1e-5
"""Percent: an error below it, 0 included, is drawn here, at the edge of a logarithmic axis."""


def agreement_figure(rows: Sequence[GridRow], words: Words) -> go.Figure:
    """Everything counted of each step against what two calculators foretell; the line is agreement."""
    drawn = figure(
        words("memory.check.agreement.title"),
        words("memory.check.agreement.x"),
        words("memory.check.agreement.y"),
        height=460,
    )
    measured = [row.step.total.measured / MEBIBYTE for row in rows]
    names = [row_name(row, words) for row in rows]
    low, high = min(measured) / 1.5, max(measured) * 1.5
    drawn.add_scatter(
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": PALETTE.neutral, "dash": "dot"},
        name=words("memory.check.agreement.line"),
        hoverinfo="skip",
    )
    series = (
        ("accelerate", [row.accelerate / MEBIBYTE for row in rows], PALETTE.bad, "x"),
        ("ours", [row.step.total.predicted / MEBIBYTE for row in rows], PALETTE.accent, "circle"),
    )
    for name, predicted, colour, symbol in series:
        drawn.add_scatter(
            x=measured,
            y=predicted,
            mode="markers",
            name=words(f"memory.check.series.{name}"),
            marker={"symbol": symbol, "color": colour, "size": 9, "opacity": 0.85},
            customdata=names,
            hovertemplate=words("memory.check.agreement.hover") + "<extra>%{fullData.name}</extra>",
        )
    ticks = {"type": "log", "tickvals": [50, 100, 200, 500, 1000, 2000, 4000]}
    drawn.update_xaxes(**ticks)
    drawn.update_yaxes(**ticks)
    legend_below(drawn)
    return drawn


def errors_figure(rows: Sequence[GridRow], words: Words) -> go.Figure:
    """Errors of each step on a logarithmic axis, without sign: ours of two kinds, and accelerate's."""
    drawn = figure(
        words("memory.check.errors.title"),
        words("memory.check.errors.x"),
        "",
        height=150 + 21 * len(rows),
    )
    names = [row_name(row, words) for row in rows]
    series = (
        ("lasting", [row.step.lasting_error for row in rows], PALETTE.series[3], "square"),
        ("activations", [row.step.activations.error for row in rows], PALETTE.accent, "circle"),
        ("accelerate", [row.accelerate_error for row in rows], PALETTE.bad, "x"),
    )
    for name, errors, colour, symbol in series:
        percent = [100 * abs(error) for error in errors]
        drawn.add_scatter(
            x=[max(value, SMALLEST_SHOWN) for value in percent],
            y=names,
            customdata=percent,
            mode="markers",
            name=words(f"memory.check.series.{name}"),
            marker={"symbol": symbol, "color": colour, "size": 8, "opacity": 0.85},
            hovertemplate=words("memory.check.errors.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(
        type="log",
        range=[-5.3, 3.2],
        tickvals=[1e-5, 1e-3, 0.1, 10, 1000],
        ticktext=["0", "0.001", "0.1", "10", "1000"],
    )
    drawn.update_yaxes(autorange="reversed", tickfont={"size": 10}, dtick=1)
    legend_below(drawn)
    return drawn
