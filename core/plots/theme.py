"""The look that all figures share: one palette, readable labels, room for a narrow screen.

Backgrounds are transparent and the text colour is left to the page, so that a figure reads well in
the light and in the dark theme. The series colours are the Okabe-Ito palette without black and
yellow, which people with any of the common colour-vision deficiencies can tell apart (Okabe & Ito
2008, "Color Universal Design"); figures add dashes or marker shapes all the same.
"""

from dataclasses import dataclass, field

import plotly.graph_objects as go


@dataclass(frozen=True)
class Palette:
    """Colours by meaning."""

    accent: str = "#0f8b8d"
    good: str = "#009e73"
    bad: str = "#d55e00"
    neutral: str = "#8a94a0"
    series: tuple[str, ...] = ("#0f8b8d", "#e69f00", "#cc79a7", "#0072b2", "#d55e00", "#56b4e9", "#009e73")
    dashes: tuple[str, ...] = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
    symbols: tuple[str, ...] = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star")
    scale: tuple[str, ...] = field(default=("#f4e3c3", "#e9b872", "#c98a5e", "#6a8d92", "#0f8b8d", "#0a4a57"))
    """A sequential scale, small to large, whose lightness falls steadily."""


PALETTE = Palette()


def figure(title: str, x_title: str, y_title: str, height: int = 380) -> go.Figure:
    """An empty figure in the project's look, with its title and the titles of its axes (units included)."""
    grid = "rgba(138, 148, 160, 0.25)"
    axis = {"gridcolor": grid, "zerolinecolor": grid, "automargin": True, "title_standoff": 8}
    return go.Figure(
        layout=go.Layout(
            title={
                "text": title,
                "x": 0,
                "xanchor": "left",
                "y": 0.98,
                "yanchor": "top",
                "font": {"size": 16},
            },
            xaxis={**axis, "title": {"text": x_title}},
            yaxis={**axis, "title": {"text": y_title}},
            height=height,
            margin={"l": 8, "r": 8, "t": 56, "b": 8},
            colorway=list(PALETTE.series),
            font={"size": 13},
            paper_bgcolor="rgba(0,0,0,0)",
            plot_bgcolor="rgba(0,0,0,0)",
            hoverlabel={"font": {"size": 13}},
            legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0},
        )
    )
