"""Activations as curves, gated units as a surface, and what SmolLM2's gates do on a text."""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.attention.block.activation_use import ActivationUse
from core.attention.block.activations import Curves, GateSurface
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words


def curves_figure(curves: Curves, slopes: bool, at: float, words: Words) -> go.Figure:
    """The chosen activations, or their derivatives, with a line at the x that the formula is filled for."""
    kind = "slope" if slopes else "value"
    drawn = figure(
        words(f"attention.block.curves.chart_{kind}"),
        words("attention.block.curves.x"),
        words(f"attention.block.curves.y_{kind}"),
        height=420,
    )
    for place, (name, values) in enumerate((curves.slopes if slopes else curves.values).items()):
        drawn.add_scatter(
            x=list(curves.x),
            y=list(values),
            mode="lines",
            name=words(f"attention.block.activation.{name}"),
            line={
                "color": PALETTE.series[place % len(PALETTE.series)],
                "dash": PALETTE.dashes[place % len(PALETTE.dashes)],
                "width": 2.5,
            },
            hovertemplate="%{x:.2f}: %{y:.4f}<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(x=at, line={"color": PALETTE.neutral, "dash": "dot", "width": 1.5})
    legend_below(drawn)
    return drawn


def gate_figure(surface: GateSurface, gate: float, up: float, words: Words) -> go.Figure:
    """activation(a) * b as one heat map, the chosen a and b marked."""
    drawn = figure(
        words("attention.block.gate.chart", kind=words(f"attention.block.gate.kind.{surface.kind}")),
        words("attention.block.gate.x"),
        words("attention.block.gate.y"),
        height=420,
    )
    drawn.add_heatmap(
        x=list(surface.gate),
        y=list(surface.up),
        z=[list(row) for row in surface.values],
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": words("attention.block.gate.value")}, "thickness": 12},
        hovertemplate="a = %{x:.1f}, b = %{y:.1f}: %{z:.3f}<extra></extra>",
    )
    drawn.add_scatter(
        x=[gate],
        y=[up],
        mode="markers",
        marker={"symbol": "x", "size": 14, "color": PALETTE.bad, "line": {"width": 2, "color": "white"}},
        showlegend=False,
        hoverinfo="skip",
    )
    return drawn


def gates_figure(use: ActivationUse, words: Words) -> go.Figure:
    """How often each gate value occurs; what lies below zero would be switched off by ReLU."""
    drawn = figure(
        words("attention.block.use.chart", tokens=use.tokens),
        words("attention.block.use.x"),
        words("attention.block.use.y"),
        height=360,
    )
    middles = [(low + high) / 2 for low, high in zip(use.edges[:-1], use.edges[1:], strict=True)]
    for negative in (True, False):
        own = [
            (middle, share)
            for middle, share in zip(middles, use.shares, strict=True)
            if (middle < 0) == negative
        ]
        drawn.add_bar(
            x=[middle for middle, _ in own],
            y=[share for _, share in own],
            width=use.edges[1] - use.edges[0],
            name=words(f"attention.block.use.{'negative' if negative else 'positive'}"),
            marker={
                "color": PALETTE.bad if negative else PALETTE.accent,
                "pattern": {"shape": "/" if negative else ""},
            },
            hovertemplate="%{x:.1f}: %{y:.2%}<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(tickformat=".0%")
    drawn.update_layout(bargap=0)
    legend_below(drawn)
    return drawn


def layers_figure(use: ActivationUse, words: Words) -> go.Figure:
    """Three shares, layer by layer."""
    drawn = figure(
        words("attention.block.layers.chart"),
        words("attention.block.layers.x"),
        words("attention.block.layers.y"),
        height=360,
    )
    for place, name in enumerate(("negative", "small", "never_positive")):
        drawn.add_scatter(
            x=list(range(1, len(use.layers) + 1)),
            y=[getattr(layer, name) for layer in use.layers],
            mode="lines+markers",
            name=words(f"attention.block.layers.{name}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2},
            marker={"symbol": PALETTE.symbols[place], "size": 6},
            hovertemplate="%{x}: %{y:.1%}<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero")
    legend_below(drawn)
    return drawn


def exchange_figure(losses: Mapping[str, float], words: Words) -> go.Figure:
    """The model's loss with each activation in place of its own."""
    drawn = figure(
        words("attention.block.exchange.chart"), words("attention.block.exchange.x"), "", height=300
    )
    values = list(losses.values())
    drawn.add_bar(
        x=values,
        y=[words(f"attention.block.activation.{name}") for name in losses],
        orientation="h",
        marker={"color": [PALETTE.accent] + [PALETTE.neutral] * (len(values) - 1)},
        text=[f"{value:.2f}" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.3f}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(range=[0, 1.15 * max(values)])
    return drawn
