"""Sinusoidal positions drawn: the table of waves, likeness against distance, one pair turning."""

import plotly.graph_objects as go
from torch import Tensor

from core.attention.positions.sinusoidal import Turn
from core.plots.attention_positions_plane import arrow, plane
from core.plots.theme import PALETTE, figure
from core.wording import Words


def table_figure(
    table: Tensor,
    position: int,
    pair: int | None,
    title: str,
    words: Words,
    every: int = 1,
    limits: tuple[float, float] = (-1.0, 1.0),
) -> go.Figure:
    """A table of position vectors as one heat map, the chosen row and pair marked at its edges.

    Args:
        table: (positions, width).
        position: the chosen row.
        pair: the chosen pair of columns, None: none.
        title: the figure's.
        words: the reader's language.
        every: draw each so-manyth row of a long table.
        limits: values that get the first and the last colour.
    """
    drawn = figure(
        title, words("attention.positions.axis.dimension"), words("attention.positions.axis.position"), 430
    )
    drawn.add_heatmap(
        z=table[::every].numpy(),
        y=list(range(0, len(table), every)),
        zmin=limits[0],
        zmax=limits[1],
        colorscale=list(PALETTE.scale),
        colorbar={"thickness": 12, "title": {"text": ""}},
        hovertemplate=words("attention.positions.hover.cell") + "<extra></extra>",
    )
    if position < len(table):
        drawn.add_hline(y=position, line={"color": PALETTE.bad, "width": 2, "dash": "dash"})
    if pair is not None:
        drawn.add_vrect(x0=2 * pair - 0.5, x1=2 * pair + 1.5, line={"color": PALETTE.bad, "width": 2})
    drawn.update_yaxes(autorange="reversed")
    return drawn


def products_figure(products: Tensor, position: int, words: Words) -> go.Figure:
    """The dot product of one position with every other.

    Args:
        products: (positions,).
        position: the chosen one.
        words: the reader's language.
    """
    drawn = figure(
        words("attention.positions.sinusoidal.products", position=position),
        words("attention.positions.axis.offset"),
        words("attention.positions.axis.product"),
        340,
    )
    drawn.add_scatter(
        x=[other - position for other in range(len(products))],
        y=products.tolist(),
        mode="lines+markers",
        marker={"size": 5},
        line={"color": PALETTE.accent},
        hovertemplate="%{x:+d}: %{y:.3f}<extra></extra>",
    )
    drawn.add_vline(x=0, line={"color": PALETTE.neutral, "dash": "dot"})
    return drawn


def turn_figure(found: Turn, position: int, shift: int, pair: int, words: Words) -> go.Figure:
    """One pair at a position and `shift` tokens further: both on the unit circle, the sine upwards."""
    drawn = plane(
        words("attention.positions.sinusoidal.turn", pair=pair),
        words("attention.positions.axis.cosine"),
        words("attention.positions.axis.sine"),
        1.0,
    )
    drawn.add_shape(type="circle", x0=-1, x1=1, y0=-1, y1=1, line={"color": PALETTE.neutral, "dash": "dot"})
    for (sine, cosine), place, where in ((found.start, 0, position), (found.end, 1, position + shift)):
        drawn.add_trace(arrow((cosine, sine), f"PE({where})", place))
    return drawn


def table_rows(table: Tensor) -> list[dict[str, object]]:
    """A row for each position, for a download; column names as in the papers."""
    return [
        {"position": place, **{f"d{column}": round(value, 6) for column, value in enumerate(row)}}
        for place, row in enumerate(table.tolist())
    ]
