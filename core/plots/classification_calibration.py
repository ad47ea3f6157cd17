"""How sure against how right: the reliability diagram, and the costs of the texts by probability."""

import numpy as np
import plotly.graph_objects as go

from core.classification.metrics.calibration import Calibration
from core.classification.metrics.log_loss import LogLoss
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words


def reliability_figure(before: Calibration, after: Calibration | None, t: Words) -> go.Figure:
    """One mark a bin, its size by its texts; the diagonal is honesty, below it is boasting."""
    drawn = figure(
        t("classification.report.calibration.title"),
        t("classification.report.calibration.x"),
        t("classification.report.calibration.y"),
        height=460,
    )
    drawn.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": PALETTE.neutral, "dash": "dot", "width": 1},
        name=t("classification.report.calibration.honest"),
        hoverinfo="skip",
    )
    drawings = [("before", before, PALETTE.series[0], "circle", "solid")]
    if after is not None:
        drawings.append(("after", after, PALETTE.series[4], "diamond", "dash"))
    for when, found, colour, symbol, dash in drawings:
        full = [each for each in found.bins if each.count]
        drawn.add_scatter(
            x=[each.confidence for each in full],
            y=[each.accuracy for each in full],
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 1.5},
            marker={
                "symbol": symbol,
                "color": colour,
                "opacity": 0.85,
                "size": [8 + 24 * (each.count / found.total) ** 0.5 for each in full],
            },
            name=t(f"classification.report.calibration.{when}", error=found.error),
            customdata=[(each.low, each.high, each.count, each.gap) for each in full],
            hovertemplate=t("classification.report.calibration.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(range=[0, 1.03])
    drawn.update_yaxes(range=[-0.03, 1.05])
    legend_below(drawn)
    return drawn


def cost_figure(found: LogLoss, t: Words) -> go.Figure:
    """What part of the log loss the costliest texts make up: the steeper, the fewer rows are to blame."""
    drawn = figure(
        t("classification.report.cost.title"),
        t("classification.report.cost.x"),
        t("classification.report.cost.y"),
        height=320,
    )
    costs = np.sort(found.costs)[::-1]
    places = np.unique(np.linspace(0, len(costs), 200).round().astype(int))
    summed = np.append(0.0, costs.cumsum()) / costs.sum()
    drawn.add_scatter(
        x=places / len(costs),
        y=summed[places],
        mode="lines",
        line={"color": PALETTE.accent, "width": 2.5},
        customdata=places,
        hovertemplate=t("classification.report.cost.hover") + "<extra></extra>",
        showlegend=False,
    )
    drawn.update_xaxes(tickformat=".0%", range=[0, 1])
    drawn.update_yaxes(tickformat=".0%", range=[0, 1.03])
    return drawn
