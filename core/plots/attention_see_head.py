"""One head large: who looks at whom, token by token; and the shades of a row of tokens."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
from torch import Tensor

from core.plots.attention_see_grid import weight_axis
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label

Words = Callable[..., str]

MOST_LABELS = 40
"""Tokens up to which each is named on the axes; in a longer text every second, third, ... is."""
MOST_CLICKED = 1_600
"""Cells up to which each can be clicked: a mark for each is drawn."""


def head_figure(
    tokens: Sequence[str],
    weights: Tensor,
    cell: tuple[int, int],
    title: str,
    causal: bool,
    generated: int,
    t: Words,
) -> go.Figure:
    """The map of one head: rows look, columns are looked at.

    Args:
        tokens: the text of each.
        weights: (n, n).
        cell: (row, column) to frame.
        title: of the figure.
        causal: whether what lies right of the diagonal is masked, and left empty.
        generated: how many of the last tokens the model wrote itself; a line sets them apart.
        t: the reader's wording.
    """
    count = len(tokens)
    drawing = figure(
        title, t("attention.see.looked_at"), t("attention.see.looking"), height=min(900, 300 + 17 * count)
    )
    table = weights.numpy().astype(np.float32)
    shown = np.where(np.tri(count, dtype=bool), table, np.nan) if causal else table
    labels = [token_label(token) for token in tokens]
    drawing.add_heatmap(
        z=np.sqrt(shown),
        customdata=shown,
        coloraxis="coloraxis",
        x=list(range(count)),
        y=list(range(count)),
        xgap=1 if count <= MOST_LABELS else 0,
        ygap=1 if count <= MOST_LABELS else 0,
        hoverinfo="skip" if _clickable(count, causal) else None,
        hovertemplate=None if _clickable(count, causal) else "%{customdata:.3f}<extra></extra>",
    )
    _add_cells(drawing, table, labels, causal, t)
    row, column = cell
    drawing.add_shape(
        type="rect",
        x0=-0.5,
        x1=count - 0.5,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"color": PALETTE.bad, "width": 1},
    )
    drawing.add_shape(
        type="rect",
        x0=column - 0.5,
        x1=column + 0.5,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"color": PALETTE.bad, "width": 3},
    )
    if generated:
        first = count - generated - 0.5
        for edge in (
            {"x0": first, "x1": first, "y0": -0.5, "y1": count - 0.5},
            {"y0": first, "y1": first, "x0": -0.5, "x1": count - 0.5},
        ):
            drawing.add_shape(type="line", line={"dash": "dot", "color": PALETTE.neutral, "width": 2}, **edge)
    _label_tokens(drawing, labels)
    drawing.update_layout(hovermode="closest", clickmode="event+select", dragmode=False, margin_t=60)
    drawing.update_layout(coloraxis=weight_axis(t), margin_b=90)
    return drawing


def _clickable(count: int, causal: bool) -> bool:
    return (count * (count + 1) // 2 if causal else count * count) <= MOST_CLICKED


def _add_cells(drawing: go.Figure, table: np.ndarray, labels: Sequence[str], causal: bool, t: Words) -> None:
    """An invisible mark on every cell that may be looked at, for the pointer to find."""
    count = len(labels)
    if not _clickable(count, causal):
        return
    cells = [(row, column) for row in range(count) for column in range(row + 1 if causal else count)]
    drawing.add_scatter(
        x=[column for _, column in cells],
        y=[row for row, _ in cells],
        mode="markers",
        marker={"size": 12, "opacity": 0, "symbol": "square"},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[
            [row, column, labels[row], labels[column], float(table[row, column])] for row, column in cells
        ],
        hovertemplate=t("attention.see.cell_hover") + "<extra></extra>",
        showlegend=False,
    )


def _label_tokens(drawing: go.Figure, labels: Sequence[str]) -> None:
    count = len(labels)
    every = -(-count // MOST_LABELS)
    ticks = {
        "tickvals": list(range(0, count, every)),
        "ticktext": [labels[i] for i in range(0, count, every)],
    }
    small = {"size": 12 if count <= 30 else 10}
    drawing.update_xaxes(
        **ticks, tickangle=-60, range=[-0.5, count - 0.5], showgrid=False, zeroline=False, side="bottom"
    )
    drawing.update_yaxes(**ticks, range=[count - 0.5, -0.5], showgrid=False, zeroline=False)
    drawing.update_xaxes(tickfont=small)
    drawing.update_yaxes(tickfont=small)


def shades(weights: Tensor) -> list[float]:
    """How strongly each token is shaded: its weight relative to the largest one, by the square root.

    >>> import torch
    >>> shades(torch.tensor([0.0, 0.2, 0.8]))
    [0.0, 0.5, 1.0]
    """
    largest = max(weights.max().item(), 1e-9)
    return [round((weight / largest) ** 0.5, 4) for weight in weights.tolist()]
