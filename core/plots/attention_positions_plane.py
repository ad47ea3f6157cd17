"""A pair of numbers as a point in its plane: arrows from the origin, and the circle that they run on."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.plots.theme import PALETTE, figure

CIRCLE = 48
"""Corners of a drawn circle."""


def plane(title: str, x_title: str, y_title: str, radius: float, height: int = 430) -> go.Figure:
    """An empty plane with equal units on both axes, room for arrows of length `radius`."""
    drawn = figure(title, x_title, y_title, height=height)
    reach = 1.15 * (radius or 1.0)
    drawn.update_xaxes(range=[-reach, reach], constrain="domain")
    drawn.update_yaxes(range=[-reach, reach], scaleanchor="x", constrain="domain")
    drawn.update_layout(legend={"y": -0.18, "yanchor": "top"})
    return drawn


def arrow(end: Sequence[float], name: str, place: int, faint: bool = False) -> go.Scatter:
    """An arrow from the origin to `end`, its head a triangle that points away from the origin."""
    colour = PALETTE.series[place % len(PALETTE.series)]
    return go.Scatter(
        x=[0.0, float(end[0])],
        y=[0.0, float(end[1])],
        mode="lines+markers",
        name=name,
        line={"color": colour, "width": 2 if faint else 4, "dash": "dot" if faint else "solid"},
        marker={
            "size": [1, 9 if faint else 15],
            "symbol": "arrow",
            "angleref": "previous",
            "color": colour,
        },
        opacity=0.6 if faint else 1.0,
        hovertemplate="(%{x:.3f}, %{y:.3f})<extra>%{fullData.name}</extra>",
    )


def circle(points: Sequence[Sequence[float]]) -> go.Scatter:
    """A thin circle through `points`, which the caller computed."""
    return go.Scatter(
        x=[point[0] for point in points],
        y=[point[1] for point in points],
        mode="lines",
        line={"color": PALETTE.neutral, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        showlegend=False,
    )
