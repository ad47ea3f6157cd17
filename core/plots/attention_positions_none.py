"""Order drawn: how far each token's output moves when the words are shuffled; positions read by a probe."""

import plotly.graph_objects as go

from core.attention.positions.order import OrderTest
from core.attention.positions.probe import PositionProbe
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words


def moved_figure(found: OrderTest, words: Words) -> go.Figure:
    """Bars for each token of the text: with the model's positions and without."""
    drawn = figure(
        words(f"attention.positions.none.{'decoder' if found.causal else 'encoder'}"),
        "",
        words("attention.positions.axis.moved"),
        380,
    )
    places = list(range(len(found.tokens)))
    for place, (values, name) in enumerate(((found.with_positions, "with"), (found.without, "without"))):
        drawn.add_bar(
            x=places,
            y=values.tolist(),
            name=words(f"attention.positions.none.{name}"),
            marker={"color": PALETTE.series[place], "pattern": {"shape": ("", "/")[place]}},
            hovertemplate="%{x}: %{y:.2e}<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(
        tickvals=places, ticktext=[token_label(token) for token in found.tokens], tickangle=-45
    )
    legend_below(drawn)
    return drawn


def probe_figure(found: PositionProbe, words: Words) -> go.Figure:
    """How much of the position a linear reading finds, by layer, in decoder and encoder without positions."""
    drawn = figure(
        words("attention.positions.none.probe"),
        words("attention.positions.axis.layer"),
        words("attention.positions.axis.explained"),
        340,
    )
    for place, (values, name) in enumerate(
        ((found.decoder, "probe_decoder"), (found.encoder, "probe_encoder"))
    ):
        drawn.add_scatter(
            x=list(found.layers),
            y=list(values),
            mode="lines+markers",
            name=words(f"attention.positions.none.{name}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place]},
            marker={"symbol": PALETTE.symbols[place], "size": 9},
            hovertemplate="%{x}: %{y:.0%}<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(tickformat=".0%")
    drawn.update_xaxes(dtick=1)
    legend_below(drawn)
    return drawn
