"""How the loss of the reference's tokens grows once a model has left the reference."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

if TYPE_CHECKING:
    from core.translation.forcing import Way
    from core.translation.forcing_growth import Growth, Place

STYLES = {"forced": 0, "free": 1, "slip": 2}
"""Place of each way's colour, dash and symbol in the palette."""


def after_figure(growth: "Growth", t: Words) -> go.Figure:
    """Loss by distance from the parting: forced, after one slip, free; intervals as bars."""
    return _loss_figure(growth.after, ("free", "slip", "forced"), "after", t)


def position_figure(growth: "Growth", t: Words) -> go.Figure:
    """Loss by place in the sentence: the beginning the reference's, or the model's own."""
    return _loss_figure(growth.positions, ("free", "forced"), "position", t)


def _loss_figure(places: Sequence["Place"], ways: Sequence["Way"], kind: str, t: Words) -> go.Figure:
    drawn = figure(
        t(f"translation.forcing.{kind}.title"),
        t(f"translation.forcing.{kind}.x"),
        t(f"translation.forcing.{kind}.y"),
        height=400,
    )
    for number, way in enumerate(ways):
        style = STYLES[way]
        values = [place.losses[way] for place in places]
        drawn.add_scatter(
            # Side by side, so that intervals that overlap can be told apart.
            x=[place.number + 0.12 * (number - (len(ways) - 1) / 2) for place in places],
            y=[value.value for value in values],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [value.high - value.value for value in values],
                "arrayminus": [value.value - value.low for value in values],
                "thickness": 1.5,
                "width": 3,
            },
            customdata=[
                [place.number, value.low, value.high, place.sentences, 100 * place.parted]
                for place, value in zip(places, values, strict=True)
            ],
            mode="lines+markers",
            name=t(f"translation.forcing.way.{way}"),
            line={"color": PALETTE.series[style], "dash": PALETTE.dashes[style], "width": 2},
            marker={"symbol": PALETTE.symbols[style], "size": 8},
            hovertemplate=t(f"translation.forcing.{kind}.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_xaxes(dtick=1 if len(places) < 12 else 2)
    legend_below(drawn)
    return drawn
