"""Coverage against accuracy as the threshold on the confidence rises."""

import plotly.graph_objects as go

from core.classification.metrics.coverage import CoverageCurve, Selection
from core.classification.metrics.ranking import thinned
from core.plots.theme import PALETTE, figure
from core.wording import Words


def coverage_figure(curve: CoverageCurve, chosen: Selection, t: Words) -> go.Figure:
    """The whole curve; the chosen threshold is a mark on it."""
    drawn = figure(
        t("classification.report.coverage.title"),
        t("classification.report.coverage.x"),
        t("classification.report.coverage.y"),
        height=400,
    )
    x, y, thresholds = thinned(curve.coverage, curve.accuracy, curve.thresholds)
    drawn.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": PALETTE.accent, "width": 2.5},
        customdata=thresholds,
        hovertemplate=t("classification.report.coverage.hover") + "<extra></extra>",
        showlegend=False,
    )
    if chosen.accuracy is not None:
        drawn.add_scatter(
            x=[chosen.coverage],
            y=[chosen.accuracy],
            mode="markers",
            marker={"symbol": "diamond", "size": 14, "color": PALETTE.bad},
            customdata=[chosen.threshold],
            hovertemplate=t("classification.report.coverage.hover") + "<extra></extra>",
            showlegend=False,
        )
    drawn.update_xaxes(tickformat=".0%", range=[0, 1.03])
    drawn.update_yaxes(tickformat=".0%")
    return drawn
