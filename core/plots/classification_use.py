"""What a classifier makes of one text, and of many."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.classification.use.looked_at import LookedAt
from core.plots.classification_label import class_label
from core.plots.theme import PALETTE, figure
from core.wording import Words

BAR = 30
"""Pixels of height for a class."""
ROOM = 1.25
"""How far the axis goes beyond the longest bar, for its number."""


def probabilities_figure(looked_at: LookedAt, t: Words) -> go.Figure:
    """The most probable classes as bars, and the threshold as a line."""
    shown = looked_at.ranked[::-1]
    drawn = figure(
        t("classification.use.probabilities.title"),
        t("classification.use.probabilities.x"),
        "",
        height=130 + BAR * len(shown),
    )
    drawn.add_bar(
        x=[chance for _, chance in shown],
        y=[class_label(name) for name, _ in shown],
        orientation="h",
        marker={"color": [*[PALETTE.neutral] * (len(shown) - 1), PALETTE.accent]},
        text=[f"{chance:.1%}" for _, chance in shown],
        textposition="outside",
        cliponaxis=False,
        hovertemplate=t("classification.use.probabilities.hover") + "<extra></extra>",
        showlegend=False,
    )
    drawn.add_vline(x=looked_at.threshold, line={"color": PALETTE.bad, "dash": "dash", "width": 1.5})
    drawn.add_annotation(
        x=looked_at.threshold,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=t("classification.use.probabilities.threshold"),
        font={"size": 12},
        showarrow=False,
    )
    widest = max(looked_at.probability, looked_at.threshold)
    drawn.update_xaxes(range=[0, min(1.12, ROOM * widest)], tickformat=".0%")
    return drawn


def predicted_counts_figure(counts: Sequence[tuple[str, int]], t: Words) -> go.Figure:
    """How many rows each class got, the largest first."""
    shown = list(counts)[::-1]
    drawn = figure(
        t("classification.use.many.counts.title"),
        t("classification.use.many.counts.x"),
        "",
        height=130 + BAR * len(shown),
    )
    drawn.add_bar(
        x=[count for _, count in shown],
        y=[class_label(name) for name, _ in shown],
        orientation="h",
        marker={"color": PALETTE.accent},
        text=[f"{count:,}" for _, count in shown],
        textposition="outside",
        cliponaxis=False,
        showlegend=False,
    )
    return drawn
