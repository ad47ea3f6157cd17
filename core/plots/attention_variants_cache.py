"""The cache filling, the work it saves, windows and their reach, and segments with a memory."""

from collections.abc import Sequence

import plotly.graph_objects as go
from torch import Tensor

from core.attention.cache_cost import TokenTime, TokenWork
from core.attention.recurrence import RecurrenceLosses
from core.attention.windows import Reach, WindowCurve
from core.plots.attention_variants_axes import tokens_along_y
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

CACHE = "attention.variants.cache"
WINDOWS = "attention.variants.windows"
SMALLEST_CHANGE = 1e-6
"""Smaller relative changes are drawn as this one: they are the rounding of float32."""


def content_figure(keys: Tensor, filled: int, tokens: Sequence[str], words: Words) -> go.Figure:
    """(n, head_width) keys of one head: rows that are in the cache coloured, later ones empty."""
    drawn = figure(
        words(f"{CACHE}.content.title"), words(f"{CACHE}.content.x"), "", 150 + 18 * max(len(tokens), 6)
    )
    limit = float(keys.abs().max())
    empty = [None] * keys.shape[1]
    drawn.add_heatmap(
        z=[row if place < filled else empty for place, row in enumerate(keys.tolist())],
        zmin=-limit,
        zmax=limit,
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": words(f"{CACHE}.content.value")}, "thickness": 10, "len": 0.8},
        hovertemplate="%{x}: %{z:.2f}<extra></extra>",
        hoverongaps=False,
    )
    tokens_along_y(drawn, tokens)
    drawn.update_yaxes(range=[len(tokens) - 0.5, -0.5], autorange=False, showgrid=False)
    return drawn


def work_figure(works: Sequence[TokenWork], words: Words) -> go.Figure:
    """Multiplications for one more token, with and without a cache, on two logarithmic axes."""
    drawn = figure(words(f"{CACHE}.work.title"), words(f"{CACHE}.length"), words(f"{CACHE}.work.y"), 340)
    lengths = [work.length for work in works]
    rows = {
        "without": [work.without_cache for work in works],
        "with": [work.with_cache for work in works],
    }
    _add_lines(drawn, lengths, rows, CACHE, "%{x}: %{y:,.0f}", words)
    drawn.update_xaxes(type="log")
    drawn.update_yaxes(type="log")
    return drawn


def time_figure(times: Sequence[TokenTime], words: Words) -> go.Figure:
    """Measured milliseconds for one more token, with and without a cache."""
    drawn = figure(words(f"{CACHE}.time.title"), words(f"{CACHE}.length"), words(f"{CACHE}.time.y"), 340)
    lengths = [time.length for time in times]
    rows = {
        "without": [1000 * time.without_cache for time in times],
        "with": [1000 * time.with_cache for time in times],
    }
    _add_lines(drawn, lengths, rows, CACHE, "%{x}: %{y:.0f} ms", words)
    drawn.update_yaxes(rangemode="tozero")
    return drawn


def window_figure(curve: WindowCurve, words: Words) -> go.Figure:
    """The loss by window, with and without the first tokens; a line for no window."""
    drawn = figure(
        words(f"{WINDOWS}.loss.title"), words(f"{WINDOWS}.loss.x"), words(f"{WINDOWS}.loss.y"), 360
    )
    windows = [str(point.window) for point in curve.points]
    rows = {"plain": [point.plain for point in curve.points], "kept": [point.kept for point in curve.points]}
    _add_lines(drawn, windows, rows, WINDOWS, "%{x}: %{y:.3f}", words)
    drawn.add_hline(
        y=curve.full,
        line={"color": PALETTE.neutral, "dash": "dot"},
        annotation={"text": words(f"{WINDOWS}.loss.full", loss=curve.full), "xanchor": "right"},
        annotation_position="bottom right",
    )
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(rangemode="tozero")
    return drawn


def _add_lines(
    drawn: go.Figure,
    x: Sequence[object],
    rows: dict[str, list[float]],
    key: str,
    hover: str,
    words: Words,
) -> None:
    for place, (way, values) in enumerate(rows.items()):
        drawn.add_scatter(
            x=list(x),
            y=values,
            mode="lines+markers",
            name=words(f"{key}.way.{way}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place]},
            marker={"symbol": PALETTE.symbols[place], "size": 8},
            hovertemplate=hover + "<extra>%{fullData.name}</extra>",
        )
    legend_below(drawn)


def reach_figure(found: Reach, words: Words) -> go.Figure:
    """How much each hidden state changed when the first token did: layers upwards, positions to the right."""
    layers, length = found.changes.shape
    drawn = figure(
        words(f"{WINDOWS}.reach.title"), words(f"{WINDOWS}.reach.x"), words(f"{WINDOWS}.reach.y"), 420
    )
    logarithms = found.changes.clamp_min(SMALLEST_CHANGE).log10()
    untouched = found.changes == 0
    drawn.add_heatmap(
        z=[
            [None if same else value for value, same in zip(row, flags, strict=True)]
            for row, flags in zip(logarithms.tolist(), untouched.tolist(), strict=True)
        ],
        customdata=found.changes.tolist(),
        colorscale=list(PALETTE.scale),
        colorbar={
            "title": {"text": words(f"{WINDOWS}.reach.scale")},
            "thickness": 10,
            "tickvals": [-6, -4, -2, 0],
            "ticktext": ["10⁻⁶", "10⁻⁴", "0.01", "1"],
        },
        zmin=-6,
        zmax=0,
        hovertemplate=words(f"{WINDOWS}.reach.hover") + "<extra></extra>",
        hoverongaps=False,
    )
    drawn.add_scatter(
        x=[found.bound(layer) + 0.5 for layer in range(layers)],
        y=list(range(layers)),
        mode="lines",
        line={"color": PALETTE.bad, "dash": "dash", "shape": "hvh", "width": 2},
        name=words(f"{WINDOWS}.reach.bound"),
        hoverinfo="skip",
    )
    drawn.update_xaxes(range=[-0.5, length - 0.5])
    drawn.update_layout(showlegend=True)
    legend_below(drawn)
    return drawn


def recurrence_figure(losses: RecurrenceLosses, words: Words) -> go.Figure:
    """The loss by the place within a segment, four ways to see what came before."""
    drawn = figure(
        words(f"{WINDOWS}.segments.title"), words(f"{WINDOWS}.segments.x"), words(f"{WINDOWS}.loss.y"), 360
    )
    places = list(range(1, losses.segment + 1))
    rows = {way: getattr(losses, way).tolist() for way in ("alone", "memory", "anchored", "full")}
    _add_lines(drawn, places, rows, f"{WINDOWS}.segments", "%{x}: %{y:.2f}", words)
    drawn.update_yaxes(rangemode="tozero")
    return drawn
