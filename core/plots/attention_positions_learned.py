"""Learned positions drawn: likeness against distance, and the waves that training found."""

import plotly.graph_objects as go
from torch import Tensor

from core.attention.positions.distance import ByDistance
from core.attention.positions.learned import Waves
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

WINDOW = 96
"""Positions in view at first; the figure can be zoomed out."""


def distance_figure(learned: ByDistance, sinusoidal: ByDistance, words: Words) -> go.Figure:
    """Cosine of two positions against their distance: the learned mean with its range, and the sinusoidal."""
    drawn = figure(
        words("attention.positions.learned.distance"),
        words("attention.positions.axis.distance"),
        words("attention.positions.axis.cosine_of"),
        380,
    )
    shown = slice(1, None)
    distances = learned.distances[shown].tolist()
    drawn.add_scatter(
        x=[*distances, *reversed(distances)],
        y=[*learned.high[shown].tolist(), *reversed(learned.low[shown].tolist())],
        fill="toself",
        mode="none",
        fillcolor="rgba(15,139,141,0.22)",
        name=words("attention.positions.learned.range"),
        hoverinfo="skip",
    )
    curves = ((learned, "learned_mean", 0), (sinusoidal, "sinusoidal_mean", 1))
    for found, name, place in curves:
        drawn.add_scatter(
            x=distances,
            y=found.mean[shown].tolist(),
            mode="lines",
            name=words(f"attention.positions.learned.{name}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2},
            hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    legend_below(drawn)
    return drawn


def waves_figure(waves: Waves, position: int, words: Words) -> go.Figure:
    """The table's strongest directions against position."""
    drawn = figure(
        words("attention.positions.learned.waves"),
        words("attention.positions.axis.position"),
        words("attention.positions.axis.component"),
        380,
    )
    for place, share in enumerate(waves.shares.tolist()):
        drawn.add_scatter(
            x=list(range(len(waves.components))),
            y=waves.components[:, place].tolist(),
            mode="lines",
            name=words("attention.positions.learned.wave", number=place + 1, share=share),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2},
            hovertemplate="%{x}: %{y:.2f}<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(x=position, line={"color": PALETTE.bad, "dash": "dash"})
    first = max(0, min(position - WINDOW // 2, len(waves.components) - WINDOW))
    drawn.update_xaxes(range=[first, first + WINDOW])
    legend_below(drawn)
    return drawn


def similarity_figure(cosines: Tensor, position: int, words: Words) -> go.Figure:
    """The cosine of one position's vector with every other's: (positions,)."""
    drawn = figure(
        words("attention.positions.learned.similarity", position=position),
        words("attention.positions.axis.position"),
        words("attention.positions.axis.cosine_of"),
        320,
    )
    drawn.add_scatter(
        x=list(range(len(cosines))),
        y=cosines.tolist(),
        mode="lines",
        line={"color": PALETTE.accent},
        hovertemplate="%{x}: %{y:.3f}<extra></extra>",
    )
    drawn.add_vline(x=position, line={"color": PALETTE.bad, "dash": "dash"})
    return drawn
