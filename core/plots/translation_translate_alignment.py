"""Attention over the source as heat maps: one of them large, or all heads side by side."""

import numpy as np
import plotly.graph_objects as go
from torch import Tensor

from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.translation.follow import Opened
from core.translation.vocabulary import BLANK
from core.wording import Words

MOST_LABELS = 40
"""Tokens of a side up to which each is named."""
GAP = 1
"""Empty cells between the small maps."""


def shown_token(token: str) -> str:
    """A token of the vocabulary for a figure or a table: the blank before it as an underscore.

    >>> shown_token("\\u2581Hund"), shown_token("chen")
    ('_Hund', 'chen')
    """
    return token.replace(BLANK, "_")


def alignment_figure(opened: Opened, weights: Tensor, title: str, words: Words) -> go.Figure:
    """One map: a row for each token written, a column for each source token.

    Args:
        weights: (tokens, source tokens), rows sum to 1.
    """
    rows = [token_label(shown_token(token.token)) for token in opened.tokens]
    columns = [token_label(shown_token(token)) for token in opened.source_tokens]
    drawing = figure(
        title,
        words("translation.translate.alignment.x"),
        words("translation.translate.alignment.y"),
        height=min(900, 210 + 24 * len(rows)),
    )
    table = weights.numpy()
    drawing.add_heatmap(
        z=table,
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        xgap=1 if len(columns) <= MOST_LABELS else 0,
        ygap=1 if len(rows) <= MOST_LABELS else 0,
        zmin=0,
        zmax=1,
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": words("translation.translate.alignment.weight")}, "thickness": 10},
        customdata=[[[row, column] for column in columns] for row in rows],
        hovertemplate=words("translation.translate.alignment.hover") + "<extra></extra>",
    )
    _mark_most(drawing, table)
    _name_axes(drawing, columns, rows)
    return drawing


def heads_figure(opened: Opened, words: Words) -> go.Figure:
    """The maps of all heads, a row of them for each layer, as one picture.

    Args:
        opened: with an alignment.

    Raises:
        ValueError: the model has no attention over the source.
    """
    if opened.alignment is None:
        raise ValueError("no alignment")
    layers, heads, rows, columns = opened.alignment.shape
    height, width = rows + GAP, columns + GAP
    mosaic = np.full((layers * height - GAP, heads * width - GAP), np.nan, dtype=np.float32)
    for layer in range(layers):
        for head in range(heads):
            top, left = layer * height, head * width
            mosaic[top : top + rows, left : left + columns] = opened.alignment[layer, head].numpy()
    drawing = figure(
        words("translation.translate.heads.title"),
        words("translation.translate.heads.x"),
        words("translation.translate.heads.y"),
        height=min(760, 150 + layers * max(110, 7 * rows)),
    )
    drawing.add_heatmap(
        z=mosaic,
        zmin=0,
        zmax=1,
        colorscale=list(PALETTE.scale),
        hovertemplate="%{z:.2f}<extra></extra>",
        showscale=False,
    )
    ticks = {"showgrid": False, "zeroline": False}
    drawing.update_xaxes(
        tickvals=[head * width + (columns - 1) / 2 for head in range(heads)],
        ticktext=[str(head + 1) for head in range(heads)],
        **ticks,
    )
    drawing.update_yaxes(
        tickvals=[layer * height + (rows - 1) / 2 for layer in range(layers)],
        ticktext=[str(layer + 1) for layer in range(layers)],
        autorange="reversed",
        **ticks,
    )
    return drawing


def _mark_most(drawing: go.Figure, table: np.ndarray) -> None:
    """A ring around the largest weight of each row, so that it does not hang on colour alone."""
    drawing.add_scatter(
        x=table.argmax(axis=1).tolist(),
        y=list(range(len(table))),
        mode="markers",
        marker={"symbol": "circle-open", "size": 12, "color": PALETTE.bad, "line": {"width": 2}},
        hoverinfo="skip",
        showlegend=False,
    )


def _name_axes(drawing: go.Figure, columns: list[str], rows: list[str]) -> None:
    every = max(1, len(columns) // MOST_LABELS + 1) if len(columns) > MOST_LABELS else 1
    places = list(range(0, len(columns), every))
    drawing.update_xaxes(
        tickvals=places, ticktext=[columns[place] for place in places], tickangle=-60, showgrid=False
    )
    every = max(1, len(rows) // MOST_LABELS + 1) if len(rows) > MOST_LABELS else 1
    places = list(range(0, len(rows), every))
    drawing.update_yaxes(
        tickvals=places, ticktext=[rows[place] for place in places], autorange="reversed", showgrid=False
    )
