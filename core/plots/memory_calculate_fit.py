"""Which cards are large enough, and which batches and lengths fit the chosen one."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.memory.fit import CardFit
from core.memory.fit_grid import FitGrid
from core.plots.memory_terms import GIBIBYTE
from core.plots.theme import PALETTE, figure
from core.wording import Words

ROOM_INSIDE = 0.5
"""Share of a card from which on a bar has room for its number."""
FULL = 1.0
"""Share of a card's memory at which it is full."""
DARKEST = 2.0
"""Share from which on a cell is as dark as it gets."""


def cards_figure(fits: Sequence[CardFit], words: Words) -> go.Figure:
    """A bar for each card: the share of its memory that the plan needs, on a logarithmic axis."""
    drawn = figure(
        words("memory.calculate.cards.title"),
        words("memory.calculate.cards.x"),
        "",
        height=120 + 30 * len(fits),
    )
    drawn.add_bar(
        x=[100 * fit.share for fit in fits],
        y=[f"{fit.card.name} · {fit.card.gigabytes} GB" for fit in fits],
        orientation="h",
        marker={"color": [PALETTE.good if fit.fits else PALETTE.bad for fit in fits]},
        text=[
            words(f"memory.calculate.cards.{'fits' if fit.fits else 'small'}", share=fit.share)
            for fit in fits
        ],
        textposition=["inside" if fit.share > ROOM_INSIDE else "outside" for fit in fits],
        insidetextanchor="end",
        textangle=0,
        cliponaxis=False,
        hovertext=[
            words("memory.calculate.cards.hover", card=fit.card.name, source=fit.card.source) for fit in fits
        ],
        hoverinfo="text",
    )
    drawn.add_vline(x=100, line={"dash": "dash", "width": 2, "color": PALETTE.neutral})
    drawn.update_yaxes(autorange="reversed", type="category", showgrid=False)
    most = max(100 * fit.share for fit in fits)
    drawn.update_xaxes(range=[0, 1.05 * max(most, 100)], ticksuffix="%")
    return drawn


def grid_figure(grid: FitGrid, memory: int, card: str, words: Words) -> go.Figure:
    """A heat map of GiB needed by batch and length; cells that do not fit are dark and marked ×."""
    shares = [[bytes_needed / memory for bytes_needed in row] for row in grid.needed]
    drawn = figure(
        words("memory.calculate.grid.title", card=card),
        words("memory.calculate.grid.x"),
        words("memory.calculate.grid.y"),
        height=160 + 34 * len(grid.batches),
    )
    half = FULL / DARKEST
    drawn.add_heatmap(
        z=shares,
        x=[_tokens(length) for length in grid.lengths],
        y=[f"{batch}" for batch in grid.batches],
        zmin=0,
        zmax=DARKEST,
        colorscale=[
            [0, "#dff3ea"],
            [half - 1e-6, PALETTE.good],
            [half, "#e8a27c"],
            [1, "#8c3b00"],
        ],
        showscale=False,
        xgap=2,
        ygap=2,
        text=[
            [
                _short(bytes_needed / GIBIBYTE) + ("" if bytes_needed <= memory else " ×")
                for bytes_needed in row
            ]
            for row in grid.needed
        ],
        texttemplate="%{text}",
        textfont={"size": 11},
        hovertemplate=words("memory.calculate.grid.hover") + "<extra></extra>",
    )
    drawn.update_xaxes(type="category", showgrid=False, tickangle=0)
    drawn.update_yaxes(type="category", showgrid=False)
    return drawn


def _short(gibibytes: float) -> str:
    """As a narrow cell can hold it.

    >>> _short(9.64), _short(56.7), _short(1408.2)
    ('9.6', '57', '1.4k')
    """
    if gibibytes >= 1000:
        return f"{gibibytes / 1000:.1f}k" if gibibytes < 10_000 else f"{gibibytes / 1000:.0f}k"
    return f"{gibibytes:.1f}" if gibibytes < 10 else f"{gibibytes:.0f}"


def _tokens(length: int) -> str:
    return f"{length // 1024}k" if length >= 1024 and length % 1024 == 0 else str(length)
