"""The figure on the welcome page: how often each way of decoding ends in a loop."""

import plotly.graph_objects as go

from core.decoding.published import PublishedComparison
from core.plots.theme import PALETTE, figure
from core.wording import Words


def looping_figure(comparison: PublishedComparison, words: Words) -> go.Figure:
    """Bars with Wilson intervals, most repetitive first."""
    rows = sorted(comparison.methods, key=lambda row: row.repetition.value)
    values = [100 * row.repetition.value for row in rows]
    chart = figure(words("home.first.figure"), words("home.first.axis"), "", height=320)
    chart.add_bar(
        x=values,
        y=[words(f"decoding.measures.published.method.{row.name}") for row in rows],
        orientation="h",
        marker={"color": [PALETTE.bad if value > 10 else PALETTE.accent for value in values]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * (row.repetition.high - row.repetition.value) for row in rows],
            "arrayminus": [100 * (row.repetition.value - row.repetition.low) for row in rows],
            "color": PALETTE.neutral,
        },
        text=[f"{value:.0f} %" for value in values],
        textposition="inside",
        insidetextanchor="start",
        hovertemplate="%{y}: %{x:.1f} %<extra></extra>",
    )
    chart.update_xaxes(range=[0, 100], ticksuffix=" %")
    return chart
