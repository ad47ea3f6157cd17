"""All heads of a model: how much each matters as a heat map, and against how sharp its picture is."""

import math
from collections.abc import Mapping

import plotly.graph_objects as go

from core.attention.head_ranking import MOSTLY_SINK, HeadEffect, HeadRanking
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

LEVELS = (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Values named beside the colour scale, which goes with the square root so that small ones show."""
SMALLEST_DRAWN = 1e-6
"""On a logarithmic axis; a measured zero stands there."""


def grid_figure(ranking: HeadRanking, measure: str, marked: Mapping[str, HeadEffect], t: Words) -> go.Figure:
    """Layers as rows from the bottom up, heads as columns, colour for the change when the head is removed.

    Args:
        ranking: of all heads.
        measure: one of `ranking.measures`.
        marked: a letter -> the head that carries it.
        t: the reader's wording.
    """
    grid = ranking.grid(measure)
    drawn = figure(
        t("attention.matter.grid.title"),
        t("attention.matter.axis.head"),
        t("attention.matter.axis.layer"),
        height=max(360, 150 + 17 * len(grid)),
    )
    flat = [value for row in grid for value in row]
    levels = [0.0, *(level for level in LEVELS if max(flat) / 40 <= level <= max(flat))]
    levels = sorted({*levels, *(-level for level in LEVELS if min(flat) <= -level <= min(flat) / 20)})
    drawn.add_heatmap(
        z=[[_root(value) for value in row] for row in grid],
        customdata=grid,
        colorscale=list(PALETTE.scale),
        xgap=1,
        ygap=1,
        colorbar={
            "title": {"text": t(f"attention.matter.measure_short.{measure}"), "side": "right"},
            "tickvals": [_root(level) for level in levels],
            "ticktext": [f"{level:g}" for level in levels],
            "thickness": 14,
        },
        hovertemplate=t("attention.matter.grid.hover", layer="%{y}", head="%{x}", value="%{customdata:.4f}")
        + "<extra></extra>",
    )
    for letter, effect in marked.items():
        drawn.add_annotation(
            x=effect.head,
            y=effect.layer,
            text=f"<b>{letter}</b>",
            showarrow=False,
            font={"color": "#ffffff", "size": 12},
            bgcolor=PALETTE.bad,
            borderpad=1,
        )
    drawn.update_xaxes(tickvals=list(range(len(grid[0]))), showgrid=False, zeroline=False)
    every = 1 if len(grid) < 13 else 2
    drawn.update_yaxes(tickvals=list(range(0, len(grid), every)), showgrid=False, zeroline=False)
    return drawn


def _root(value: float) -> float:
    """The square root, its sign kept."""
    return math.copysign(math.sqrt(abs(value)), value)


def scatter_figure(
    ranking: HeadRanking, measure: str, marked: Mapping[str, HeadEffect], t: Words
) -> go.Figure:
    """One mark a head: to the right the sharp pictures, at the top the heads that matter.

    Args:
        ranking: of all heads.
        measure: one of `ranking.measures`; what cannot be negative gets a logarithmic axis.
        marked: a letter -> the head that carries it.
        t: the reader's wording.
    """
    drawn = figure(
        t("attention.matter.scatter.title"),
        t("attention.matter.scatter.x"),
        t(f"attention.matter.measure_axis.{measure}"),
        height=470,
    )
    logarithmic = measure != "loss_change"
    groups = (
        ("content", [e for e in ranking.heads if e.sink_share < MOSTLY_SINK], PALETTE.accent, "circle"),
        ("sink", [e for e in ranking.heads if e.sink_share >= MOSTLY_SINK], PALETTE.series[1], "x"),
    )
    for name, effects, colour, symbol in groups:
        drawn.add_scatter(
            x=[effect.sharpness for effect in effects],
            y=[_height(effect.measure(measure), logarithmic) for effect in effects],
            mode="markers",
            name=t(f"attention.matter.scatter.{name}"),
            marker={"color": colour, "symbol": symbol, "size": 8, "opacity": 0.8},
            customdata=[
                [effect.layer, effect.head, effect.measure(measure), effect.sink_share] for effect in effects
            ],
            hovertemplate=t(
                "attention.matter.scatter.hover",
                layer="%{customdata[0]}",
                head="%{customdata[1]}",
                sharpness="%{x:.2f}",
                value="%{customdata[2]:.4f}",
                sink="%{customdata[3]:.0%}",
            )
            + "<extra></extra>",
        )
    for letter, effect in marked.items():
        height = _height(effect.measure(measure), logarithmic)
        drawn.add_annotation(
            x=effect.sharpness,
            y=math.log10(height) if logarithmic else height,
            text=f"<b>{letter}</b>",
            arrowcolor=PALETTE.bad,
            ax=22,
            ay=-24,
            font={"color": "#ffffff", "size": 13},
            bgcolor=PALETTE.bad,
            borderpad=2,
        )
    drawn.update_xaxes(range=[-0.03, 1.03])
    if logarithmic:
        drawn.update_yaxes(type="log", dtick=1, exponentformat="power")
    legend_below(drawn)
    return drawn


def _height(value: float, logarithmic: bool) -> float:
    return max(value, SMALLEST_DRAWN) if logarithmic else value
