"""Biases drawn: ALiBi's slopes, its matrix and what is left to see; the buckets of relative positions."""

import plotly.graph_objects as go
from torch import Tensor

from core.plots.theme import PALETTE, figure
from core.wording import Words


def slopes_figure(slopes: Tensor, head: int, words: Words) -> go.Figure:
    """The slope of each head on a logarithmic axis, the chosen one marked: (heads,)."""
    drawn = figure(
        words("attention.positions.alibi.slopes", heads=len(slopes)),
        words("attention.positions.axis.head"),
        words("attention.positions.axis.slope"),
        300,
    )
    chosen = [index == head for index in range(len(slopes))]
    drawn.add_scatter(
        x=list(range(1, len(slopes) + 1)),
        y=slopes.tolist(),
        mode="markers",
        marker={
            "size": [14 if mark else 8 for mark in chosen],
            "symbol": ["diamond" if mark else "circle" for mark in chosen],
            "color": [PALETTE.bad if mark else PALETTE.accent for mark in chosen],
        },
        hovertemplate="%{x}: %{y:.5f}<extra></extra>",
    )
    drawn.update_yaxes(type="log", dtick=1)
    return drawn


def matrix_figure(matrix: Tensor, title: str, words: Words, causal: bool, whole: bool = False) -> go.Figure:
    """What each query (row) adds for each key (column), as one heat map.

    Args:
        matrix: (length, length).
        title: the figure's.
        words: the reader's language.
        causal: leave blank what a causal mask hides.
        whole: whether the values are whole numbers.
    """
    drawn = figure(
        title, words("attention.positions.axis.key"), words("attention.positions.axis.query"), height=430
    )
    rows = [
        [value if not causal or column <= row else None for column, value in enumerate(values)]
        for row, values in enumerate(matrix.tolist())
    ]
    form = "%{z:.0f}" if whole else "%{z:.3f}"
    drawn.add_heatmap(
        z=rows,
        colorscale=list(PALETTE.scale) if whole else list(reversed(PALETTE.scale)),
        colorbar={"thickness": 12},
        hovertemplate=words("attention.positions.hover.pair", value=form) + "<extra></extra>",
        hoverongaps=False,
    )
    drawn.update_yaxes(autorange="reversed", scaleanchor="x", constrain="domain")
    drawn.update_xaxes(constrain="domain")
    return drawn


def reach_figure(within: Tensor, head: int, words: Words) -> go.Figure:
    """The share of the weight within each distance, equal products: (heads, length); chosen head thick."""
    drawn = figure(
        words("attention.positions.alibi.reach"),
        words("attention.positions.axis.distance"),
        words("attention.positions.axis.within"),
        360,
    )
    order = [index for index in range(len(within)) if index != head] + [head]
    for index in order:
        chosen = index == head
        drawn.add_scatter(
            x=list(range(within.shape[1])),
            y=within[index].tolist(),
            mode="lines",
            name=words("attention.positions.alibi.head", head=index + 1),
            line={"color": PALETTE.bad if chosen else PALETTE.neutral, "width": 4 if chosen else 1},
            opacity=1.0 if chosen else 0.6,
            showlegend=False,
            hovertemplate="%{x}: %{y:.1%}<extra>%{fullData.name}</extra>",
        )
    drawn.add_hline(y=0.95, line={"color": PALETTE.neutral, "dash": "dot"})
    drawn.update_xaxes(type="log", dtick=1)
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    return drawn


def buckets_figure(offsets: Tensor, buckets: Tensor, offset: int, words: Words) -> go.Figure:
    """The bucket of each offset as a staircase, the chosen offset marked; both (n,)."""
    drawn = figure(
        words("attention.positions.relative.staircase"),
        words("attention.positions.axis.offset"),
        words("attention.positions.axis.bucket"),
        380,
    )
    drawn.add_scatter(
        x=offsets.tolist(),
        y=buckets.tolist(),
        mode="lines",
        line={"shape": "hvh", "color": PALETTE.accent, "width": 2},
        hovertemplate="%{x:+d}: %{y}<extra></extra>",
        showlegend=False,
    )
    drawn.add_vline(x=offset, line={"color": PALETTE.bad, "dash": "dash"})
    return drawn
