"""Batches of different lengths: how much is filling, what one batch looks like, and what masks are for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

if TYPE_CHECKING:
    from core.translation.inside.filling import Filling, MaskProof


def share_figure(fillings: Sequence["Filling"], t: Words) -> go.Figure:
    """One stacked bar a way of batching: places with tokens, and filled places."""
    names = [f"{t(f'translation.inside.way.{filling.way}')}: {filling.share:.0%}" for filling in fillings]
    drawn = figure(
        t("translation.inside.share.title"), t("translation.inside.share.x"), "", height=130 + 60 * len(names)
    )
    series = (
        ("real", [filling.places - filling.filled for filling in fillings], PALETTE.accent, ""),
        ("filled", [filling.filled for filling in fillings], PALETTE.bad, "/"),
    )
    for name, values, colour, pattern in series:
        drawn.add_bar(
            x=values,
            y=names,
            orientation="h",
            name=t(f"translation.inside.share.{name}"),
            marker={"color": colour, "pattern": {"shape": pattern}},
            hovertemplate="%{x:,}<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="stack")
    drawn.update_yaxes(autorange="reversed")
    legend_below(drawn)
    return drawn


def batch_figure(filling: "Filling", t: Words) -> go.Figure:
    """The batch with the most filling of one way: a row a sentence, a cell a place."""
    lengths = filling.example
    width = max(lengths)
    drawn = figure(
        t(f"translation.inside.batch.{filling.way}"),
        t("translation.inside.batch.x"),
        t("translation.inside.batch.y"),
        height=150 + 12 * len(lengths),
    )
    drawn.add_heatmap(
        z=[[1 if place < length else 0 for place in range(width)] for length in lengths],
        zmin=0,
        zmax=1,
        xgap=1,
        ygap=1,
        colorscale=[[0, PALETTE.bad], [0.5, PALETTE.bad], [0.5, PALETTE.accent], [1, PALETTE.accent]],
        showscale=False,
        customdata=[[[length, width - length]] * width for length in lengths],
        hovertemplate=t("translation.inside.batch.hover") + "<extra></extra>",
    )
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(showgrid=False, autorange="reversed", showticklabels=False)
    return drawn


def proof_figure(proof: "MaskProof", t: Words) -> go.Figure:
    """Loss of the same sentences against the places of filling behind them, with the mask and without."""
    drawn = figure(
        t("translation.inside.proof.title"),
        t("translation.inside.proof.x"),
        t("translation.inside.proof.y"),
        height=380,
    )
    for number, name in enumerate(("masked", "unmasked")):
        values = proof.masked if name == "masked" else proof.unmasked
        drawn.add_scatter(
            x=list(range(len(proof.filling))),
            y=[value.value for value in values],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [value.high - value.value for value in values],
                "arrayminus": [value.value - value.low for value in values],
                "thickness": 1.5,
                "width": 4,
            },
            mode="lines+markers",
            name=t(f"translation.inside.proof.{name}"),
            line={"color": PALETTE.series[number], "dash": PALETTE.dashes[number], "width": 2},
            marker={"symbol": PALETTE.symbols[number], "size": 8},
            hovertemplate="%{y:.4f} nats<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(
        tickvals=list(range(len(proof.filling))), ticktext=[str(count) for count in proof.filling]
    )
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn
