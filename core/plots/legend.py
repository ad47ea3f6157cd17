"""Where a legend with long or many entries goes: under the figure, where it can wrap on a narrow screen."""

import plotly.graph_objects as go


def legend_below(drawn: go.Figure) -> None:
    """Show the legend under the x axis; the plot gives way to as many lines as it needs."""
    drawn.update_layout(
        showlegend=True,
        legend={"yref": "container", "y": 0, "yanchor": "bottom", "traceorder": "normal"},
    )
