"""How the probability of a sentence grows with every repetition of it."""

import plotly.graph_objects as go

from core.decoding.reinforcement import Reinforcement
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words


def reinforcement_figure(result: Reinforcement, words: Words, winner_rate: bool = False) -> go.Figure:
    """A line for the model itself and one for each way of decoding.

    Args:
        result: the experiment.
        words: the reader's language.
        winner_rate: draw the share of tokens that are the likeliest, instead of their mean probability.
    """
    title = (
        "decoding.measures.reinforcement.title_winner"
        if winner_rate
        else "decoding.measures.reinforcement.title"
    )
    y_title = "decoding.measures.reinforcement.winner" if winner_rate else "decoding.measures.reinforcement.y"
    drawn = figure(words(title), words("decoding.measures.reinforcement.x"), words(y_title), height=420)
    for index, curve in enumerate(result.curves):
        values = curve.winner_rate if winner_rate else curve.probability
        drawn.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=values,
            mode="lines+markers",
            name=curve.label or words("decoding.measures.reinforcement.model"),
            line={
                "color": PALETTE.series[index % len(PALETTE.series)],
                "dash": PALETTE.dashes[index % len(PALETTE.dashes)],
                "width": 2,
            },
            marker={"symbol": PALETTE.symbols[index % len(PALETTE.symbols)], "size": 8},
            hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    count = len(result.curves[0].probability)
    drawn.update_xaxes(range=[0.6, count + 0.4], dtick=1 if count <= 16 else None)
    drawn.update_layout(yaxis={"range": [-0.03, 1.03]})
    legend_below(drawn)
    return drawn
