"""A vector before and after each norm, where the mean matters in real models, and what a norm costs."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.attention.block.norm_cost import NormCost
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

PATTERNS = ("", "/", "x", ".")


def vector_figure(rows: Mapping[str, Sequence[float]], words: Words) -> go.Figure:
    """Grouped bars: the same numbers as they are and after each norm.

    Args:
        rows: a key below `attention.block.norms.row` -> the numbers.
        words: the reader's language.
    """
    drawn = figure(
        words("attention.block.norms.chart"),
        words("attention.block.norms.x"),
        words("attention.block.norms.y"),
        height=380,
    )
    for place, (name, numbers) in enumerate(rows.items()):
        drawn.add_bar(
            x=list(range(1, len(numbers) + 1)),
            y=list(numbers),
            name=words(f"attention.block.norms.row.{name}"),
            marker={
                "color": PALETTE.neutral if name == "input" else PALETTE.series[place - 1],
                "pattern": {"shape": PATTERNS[place % len(PATTERNS)]},
            },
            hovertemplate="%{x}: %{y:.4f}<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="group", bargap=0.25)
    drawn.update_xaxes(dtick=1)
    legend_below(drawn)
    return drawn


def mean_share_figure(shares: Mapping[str, Sequence[float]], words: Words) -> go.Figure:
    """The squared mean as a share of the mean square, by depth: what RMSNorm leaves in.

    Args:
        shares: a model's title -> one share for each layer's input.
        words: the reader's language.
    """
    drawn = figure(
        words("attention.block.mean.chart"),
        words("attention.block.mean.x"),
        words("attention.block.mean.y"),
        height=360,
    )
    for place, (title, values) in enumerate(shares.items()):
        drawn.add_scatter(
            x=list(range(len(values))),
            y=[100 * value for value in values],
            name=title,
            mode="lines+markers",
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2},
            marker={"symbol": PALETTE.symbols[place], "size": 7},
            hovertemplate="%{x}: %{y:.3g}%<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(type="log", tickformat="~g", ticksuffix="%")
    legend_below(drawn)
    return drawn


def cost_figure(cost: NormCost, words: Words) -> go.Figure:
    """Bars of microseconds a call, the feed-forward layer beside them as a yardstick."""
    names = ("written_layer", "written_rms", "kernel_layer", "kernel_rms", "feed_forward")
    values = [getattr(cost, name) for name in names]
    drawn = figure(
        words("attention.block.cost.chart", rows=cost.rows, width=cost.width),
        words("attention.block.cost.x"),
        "",
        height=320,
    )
    drawn.add_bar(
        x=values,
        y=[words(f"attention.block.cost.{name}") for name in names],
        orientation="h",
        marker={
            "color": [PALETTE.series[0], PALETTE.series[1]] * 2 + [PALETTE.neutral],
            "pattern": {"shape": ["", "/", "", "/", "x"]},
        },
        text=[f"{value:,.0f} µs" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,.1f} µs<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(range=[0, 1.25 * max(values)])
    return drawn
