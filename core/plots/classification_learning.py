"""Accuracy or macro F1 over the number of training rows, one line a method."""

from collections.abc import Sequence
from typing import Literal

import plotly.graph_objects as go

from core.classification.metrics.learning_curve import LearningPoint
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.spread import spread
from core.wording import Words


def learning_figure(
    points: Sequence[LearningPoint], measure: Literal["accuracy", "macro_f1"], t: Words
) -> go.Figure:
    """The mean over the seeds, their range as bars; the rows on a scale of doublings."""
    drawn = figure(
        t("classification.report.learning.title"),
        t("classification.report.learning.x"),
        t(f"classification.report.figure.{measure}"),
        height=420,
    )
    for place, method in enumerate(dict.fromkeys(point.method for point in points)):
        own = [point for point in points if point.method == method]
        sizes = sorted({point.rows for point in own})
        found = [spread([getattr(point, measure) for point in own if point.rows == size]) for size in sizes]
        drawn.add_scatter(
            x=sizes,
            y=[each.mean for each in found],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [each.high - each.mean for each in found],
                "arrayminus": [each.mean - each.low for each in found],
                "thickness": 1.5,
                "width": 4,
            },
            mode="lines+markers",
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2.5},
            marker={"symbol": PALETTE.symbols[place], "size": 9},
            name=t(f"classification.train.method.{method}"),
            hovertemplate=t("classification.report.learning.hover") + "<extra>%{fullData.name}</extra>",
        )
    every = sorted({point.rows for point in points})
    drawn.update_xaxes(type="log", tickvals=every, ticktext=[f"{size:,}" for size in every], tickangle=0)
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    legend_below(drawn)
    return drawn
