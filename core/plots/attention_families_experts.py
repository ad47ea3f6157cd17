"""Mixture of experts: what is stored and used, and where a router sends the tokens."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.families.mixture_of_experts import Routing
from core.attention.families.parameters import Parameters
from core.attention.families.table import Family
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

MOST_DRAWN = 40
"""Tokens of the heat map."""


def sums_figure(models: Sequence[Family], counts: Sequence[Parameters], words: Words) -> go.Figure:
    """Stored and used parameters of each model, on a log scale."""
    drawn = figure(
        words("attention.families.experts.chart"),
        words("attention.families.experts.x"),
        "",
        height=170 + 54 * len(models),
    )
    for number, part in enumerate(("total", "active")):
        numbers = [getattr(count, part) for count in counts]
        drawn.add_bar(
            x=[value / 1e9 for value in numbers],
            y=[model.title for model in models],
            orientation="h",
            name=words(f"attention.families.experts.{part}"),
            marker={
                "color": PALETTE.series[(3, 1)[number]],
                "pattern": {"shape": ("", "/")[number], "solidity": 0.25},
            },
            text=[f"{value / 1e9:.1f}" for value in numbers],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            hovertext=[
                words("attention.families.experts.hover", model=model.title, count=value)
                for model, value in zip(models, numbers, strict=True)
            ],
            hoverinfo="text",
        )
    drawn.update_layout(barmode="group", margin={"t": 84}, legend={"traceorder": "normal"})
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(
        type="log", range=[0, 3.3], tickvals=[1, 10, 100, 1000], ticktext=["1", "10", "100", "1000"]
    )
    return drawn


def loads_figure(before: Routing, after: Routing, capacity: int, words: Words) -> go.Figure:
    """Choices by expert, random and balanced, with the fair share and the capacity."""
    drawn = figure(
        words("attention.families.router.chart"),
        words("attention.families.router.x"),
        words("attention.families.router.y"),
        height=400,
    )
    experts = len(before.counts)
    names = [str(expert + 1) for expert in range(experts)]
    for number, (name, routing) in enumerate((("before", before), ("after", after))):
        drawn.add_bar(
            x=names,
            y=routing.counts,
            name=words(f"attention.families.router.{name}"),
            marker={
                "color": PALETTE.series[(1, 0)[number]],
                "pattern": {"shape": ("", "/")[number], "solidity": 0.25},
            },
            hovertemplate="%{y}",
        )
    lines = (("fair", before.chosen.numel() / experts, "dot"), ("limit", capacity, "dash"))
    for name, height, dash in lines:
        drawn.add_scatter(
            x=names,
            y=[height] * experts,
            mode="lines",
            name=words(f"attention.families.router.{name}"),
            line={"dash": dash, "color": PALETTE.neutral if name == "fair" else PALETTE.bad, "width": 2},
            hovertemplate="%{y:.1f}",
        )
    drawn.update_layout(barmode="group", hovermode="x unified", margin={"t": 110})
    drawn.update_xaxes(type="category")
    return drawn


def probabilities_figure(tokens: Sequence[str], routing: Routing, words: Words) -> go.Figure:
    """The router's probabilities, experts by tokens, as one heat map."""
    shown = [token_label(token) for token in tokens[:MOST_DRAWN]]
    values = routing.probabilities[:MOST_DRAWN].T.tolist()
    drawn = figure(
        words("attention.families.router.heat"),
        words("attention.families.router.heat_x"),
        words("attention.families.router.heat_y"),
        height=200 + 20 * len(values),
    )
    drawn.add_heatmap(
        z=values,
        colorscale=list(PALETTE.scale),
        zmin=0,
        colorbar={"tickformat": ".0%", "thickness": 12},
        hovertext=[
            [
                words("attention.families.router.heat_hover", token=token, expert=expert + 1, value=value)
                for token, value in zip(shown, row, strict=True)
            ]
            for expert, row in enumerate(values)
        ],
        hoverinfo="text",
    )
    drawn.update_xaxes(
        tickvals=list(range(len(shown))), ticktext=shown, tickangle=-60, tickfont={"size": 10}, showgrid=False
    )
    step = max(1, len(values) // 16)
    places = list(range(0, len(values), step))
    drawn.update_yaxes(
        autorange="reversed",
        tickvals=places,
        ticktext=[str(place + 1) for place in places],
        showgrid=False,
    )
    return drawn
