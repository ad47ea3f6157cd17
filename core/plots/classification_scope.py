"""In scope and out of scope: the ROC of each score, and how the two kinds of texts spread over one."""

import numpy as np
import plotly.graph_objects as go

from core.classification.metrics.out_of_scope import ScopeScore
from core.classification.metrics.ranking import thinned
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

BARS = 24


def scope_roc_figure(scores: tuple[ScopeScore, ...], t: Words) -> go.Figure:
    """One curve a score: in-scope texts let through against out-of-scope texts let through."""
    drawn = figure(
        t("classification.report.scope.title"),
        t("classification.report.scope.x"),
        t("classification.report.scope.y"),
        height=440,
    )
    for place, score in enumerate(scores):
        x, y = thinned(score.curve.false_positive_rate, score.curve.true_positive_rate, most=200)
        name = t(f"classification.report.scope_score.{score.name}")
        drawn.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2.5},
            name=t("classification.report.scope.line", name=name, area=score.curve.area),
            hovertemplate=t("classification.report.scope.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": PALETTE.neutral, "dash": "dot", "width": 1},
        name=t("classification.report.roc.chance"),
        hoverinfo="skip",
    )
    drawn.update_xaxes(range=[-0.02, 1.02])
    drawn.update_yaxes(range=[-0.02, 1.04])
    legend_below(drawn)
    return drawn


def scope_spread_figure(score: ScopeScore, threshold: float, t: Words) -> go.Figure:
    """Shares of both kinds over the score's values; what lies left of the line is refused."""
    drawn = figure(
        t("classification.report.spread.title"),
        t(f"classification.report.scope_score.{score.name}"),
        t("classification.report.spread.y"),
        height=320,
    )
    edges = np.histogram_bin_edges(np.append(score.inside, score.outside), BARS)
    middles = (edges[:-1] + edges[1:]) / 2
    for kind, values, colour, pattern in (
        ("inside", score.inside, PALETTE.accent, ""),
        ("outside", score.outside, PALETTE.bad, "/"),
    ):
        counts = np.histogram(values, edges)[0]
        drawn.add_bar(
            x=middles,
            y=counts / len(values),
            marker={"color": colour, "pattern": {"shape": pattern}, "opacity": 0.75},
            name=t(f"classification.report.spread.{kind}", count=len(values)),
            customdata=counts,
            hovertemplate=t("classification.report.spread.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(x=threshold, line={"color": PALETTE.neutral, "width": 2, "dash": "dash"})
    drawn.update_layout(barmode="overlay", bargap=0.02)
    drawn.update_yaxes(tickformat=".0%")
    legend_below(drawn)
    return drawn
