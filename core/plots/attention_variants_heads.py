"""Shared heads: who reads whose keys, cache bytes of published models, what merging costs the real one."""

from collections.abc import Sequence

import plotly.graph_objects as go
from torch import Tensor

from core.attention.cache_cost import CacheShape
from core.attention.head_merging import MergeCurve, SqueezedLoss
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

KEY = "attention.variants.heads"


def sharing_figure(heads: int, groups: int, kind: str, words: Words) -> go.Figure:
    """Query heads above, key/value heads below, a line for each reading."""
    drawn = figure(words(f"{KEY}.sharing.title"), "", "", 240)
    below = [(group + 0.5) * heads / groups - 0.5 for group in range(groups)]
    x: list[float | None] = []
    y: list[float | None] = []
    for head in range(heads):
        x += [head, below[head * groups // heads], None]
        y += [1, 0, None]
    drawn.add_scatter(x=x, y=y, mode="lines", line={"color": PALETTE.neutral, "width": 1.5}, hoverinfo="skip")
    stored = f"{KEY}.sharing.{'latent' if kind == 'latent' else 'stored'}"
    above = [f"q{head}" for head in range(heads)]
    _add_row(drawn, list(range(heads)), 1, above)
    _add_row(drawn, below, 0, [words(stored, group=group) for group in range(groups)])
    drawn.update_layout(showlegend=False)
    drawn.update_xaxes(visible=False, range=[-0.8, heads - 0.2])
    drawn.update_yaxes(visible=False, range=[-0.55, 1.5])
    return drawn


def _add_row(drawn: go.Figure, places: Sequence[float], level: int, names: Sequence[str]) -> None:
    drawn.add_scatter(
        x=list(places),
        y=[level] * len(places),
        mode="markers+text",
        marker={
            "size": 16,
            "symbol": "circle" if level else "square",
            "color": PALETTE.series[0 if level else 1],
        },
        text=list(names),
        textposition="top center" if level else "bottom center",
        hoverinfo="skip",
        cliponaxis=False,
    )


def output_figure(similarities: Tensor, words: Words) -> go.Figure:
    """How alike each head's output is to that of the trained layer, averaged over the tokens."""
    drawn = figure(words(f"{KEY}.output.title"), words(f"{KEY}.output.x"), words(f"{KEY}.output.y"), 280)
    values = similarities.tolist()
    drawn.add_bar(
        x=[f"q{head}" for head in range(len(values))],
        y=values,
        marker={"color": PALETTE.accent},
        text=[f"{value:.2f}" for value in values],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{x}: %{y:.4f}<extra></extra>",
    )
    drawn.update_yaxes(range=[min(0.0, *values), 1.15])
    return drawn


def bytes_figure(shapes: Sequence[CacheShape], bytes_per_number: float, words: Words) -> go.Figure:
    """Bytes of cache a token: as published, and if every query head had its own keys and values."""
    drawn = figure(words(f"{KEY}.bytes.title"), words(f"{KEY}.bytes.x"), "", 130 + 52 * len(shapes))
    names = [f"{shape.name}<br><sub>{words(f'{KEY}.kind.{shape.kind}')}</sub>" for shape in shapes]
    ways = (
        ("unshared", [shape.unshared_bytes(bytes_per_number) for shape in shapes], PALETTE.neutral, "/"),
        ("published", [shape.bytes_per_token(bytes_per_number) for shape in shapes], PALETTE.accent, ""),
    )
    for way, values, colour, pattern in ways:
        drawn.add_bar(
            x=[value / 1024 for value in values],
            y=names,
            orientation="h",
            name=words(f"{KEY}.bytes.{way}"),
            marker={"color": colour, "pattern": {"shape": pattern}},
            text=[f"{value / 1024:,.0f}" for value in values],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,.1f} KiB<extra>%{fullData.name}</extra>",
        )
    most = max(ways[0][1]) / 1024
    drawn.update_xaxes(type="log", dtick=1, range=[0, 1.25 * len(str(int(most))) - 0.4])
    drawn.update_yaxes(autorange="reversed", showgrid=False)
    drawn.update_layout(barmode="group")
    legend_below(drawn)
    return drawn


def bytes_rows(
    shapes: Sequence[CacheShape], context: int, bytes_per_number: float, words: Words
) -> list[dict[str, object]]:
    """A row for each published model: the numbers of its configuration and what follows from them."""
    return [
        {
            words(f"{KEY}.column.model"): shape.name,
            words(f"{KEY}.column.kind"): words(f"{KEY}.kind.{shape.kind}"),
            words(f"{KEY}.column.layers"): shape.layers,
            words(f"{KEY}.column.heads"): shape.heads,
            words(f"{KEY}.column.groups"): shape.groups,
            words(f"{KEY}.column.width"): shape.head_width,
            words(f"{KEY}.column.numbers"): shape.numbers_per_layer,
            words(f"{KEY}.column.bytes"): round(shape.bytes_per_token(bytes_per_number)),
            words(f"{KEY}.column.context", tokens=context): round(
                shape.bytes_per_token(bytes_per_number) * context / 2**30, 2
            ),
            words(f"{KEY}.column.source"): shape.source,
        }
        for shape in shapes
    ]


def merge_figure(curve: MergeCurve, words: Words) -> go.Figure:
    """The loss as more layers have their key/value heads averaged, from the top and from the bottom."""
    drawn = figure(words(f"{KEY}.merge.title"), words(f"{KEY}.merge.x"), words(f"{KEY}.merge.y"), 360)
    layers = [point.layers for point in curve.points]
    for place, way in enumerate(("first", "last")):
        drawn.add_scatter(
            x=layers,
            y=[getattr(point, way) for point in curve.points],
            mode="lines+markers",
            name=words(f"{KEY}.merge.{way}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place]},
            marker={"symbol": PALETTE.symbols[place], "size": 9},
            hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def squeeze_figure(losses: Sequence[SqueezedLoss], words: Words) -> go.Figure:
    """The loss with every layer's cache squeezed, a bar for each way, with the numbers it keeps."""
    drawn = figure(words(f"{KEY}.squeeze.title"), words(f"{KEY}.merge.y"), "", 140 + 44 * len(losses))
    drawn.add_bar(
        x=[each.loss for each in losses],
        y=[words(f"{KEY}.squeeze.{each.way}", numbers=each.numbers) for each in losses],
        orientation="h",
        marker={
            "color": [
                {"as_trained": PALETTE.good, "merged": PALETTE.bad, "latent": PALETTE.accent}[each.way]
                for each in losses
            ]
        },
        text=[f"{each.loss:.2f}" for each in losses],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.3f}<extra></extra>",
    )
    drawn.update_xaxes(range=[0, 1.15 * max(each.loss for each in losses)])
    drawn.update_yaxes(autorange="reversed")
    return drawn
