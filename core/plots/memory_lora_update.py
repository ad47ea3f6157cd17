"""A low-rank update as one multiplies it: A above, B beside, their product in the corner; singular values."""

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.memory.lora.picture import Matrix, UpdatePicture
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

MOST_CELLS = 192
"""Drawn on a side: every third row or column of a larger matrix, so that a picture stays light."""
SIGNED = (PALETTE.bad, "#f3efe6", PALETTE.series[3])
"""Below zero, zero, above."""
SMALLEST_SHOWN = 1e-3
"""In the largest singular value."""


def product_figure(picture: UpdatePicture, words: Words) -> go.Figure:
    """B (outputs x rank) left, A (rank x inputs) above, B A where they meet; thin as they are."""
    rank = picture.a.shape[0]
    thick = 0.05 + 0.15 * rank / 64
    drawn = make_subplots(
        rows=2,
        cols=2,
        column_widths=[thick, 1 - thick],
        row_heights=[thick, 1 - thick],
        horizontal_spacing=0.03,
        vertical_spacing=0.03,
        specs=[[None, {}], [{}, {}]],
    )
    look = figure(words("memory.lora.product.title", rank=rank), "", "", height=520)
    drawn.update_layout(look.layout.to_plotly_json() | {"xaxis": {}, "yaxis": {}})
    sizes = {"outputs": picture.b.shape[0], "inputs": picture.a.shape[1], "rank": rank}
    for name, matrix, row, column in (
        ("a", picture.a, 1, 2),
        ("b", picture.b, 2, 1),
        ("product", picture.product, 2, 2),
    ):
        drawn.add_trace(_heat(matrix, words(f"memory.lora.product.{name}", **sizes), words), row, column)
    drawn.update_xaxes(showticklabels=False, showgrid=False, zeroline=False)
    drawn.update_yaxes(showticklabels=False, showgrid=False, zeroline=False, autorange="reversed")
    for row, column, axis, key in ((1, 2, "y", "a"), (2, 1, "x", "b"), (2, 2, "x", "product")):
        title = {"text": words(f"memory.lora.product.{key}_axis", **sizes), "font": {"size": 12}}
        (drawn.update_xaxes if axis == "x" else drawn.update_yaxes)(title=title, row=row, col=column)
    return drawn


def full_figure(picture: UpdatePicture, words: Words) -> go.Figure:
    """What full tuning changed in the same matrix, drawn the same way."""
    outputs, inputs = picture.full.shape
    drawn = figure(
        words("memory.lora.full.title"),
        words("memory.lora.full.x", inputs=inputs),
        words("memory.lora.full.y", outputs=outputs),
        height=520,
    )
    drawn.add_trace(_heat(picture.full, words("memory.lora.full.name"), words, scale=True))
    drawn.update_xaxes(showticklabels=False, showgrid=False, zeroline=False)
    drawn.update_yaxes(showticklabels=False, showgrid=False, zeroline=False, autorange="reversed")
    return drawn


def _heat(matrix: Matrix, name: str, words: Words, scale: bool = False) -> go.Heatmap:
    """One heat map; colours end at three times the root mean square, so that single numbers do not rule."""
    steps = [max(1, -(-length // MOST_CELLS)) for length in matrix.shape]
    shown = matrix[:: steps[0], :: steps[1]]
    end = float(3 * (matrix**2).mean() ** 0.5) or 1.0
    more: dict[str, Any] = {"colorbar": {"thickness": 10, "tickformat": ".1e"}} if scale else {}
    return go.Heatmap(
        z=shown,
        x=list(range(0, matrix.shape[1], steps[1])),
        y=list(range(0, matrix.shape[0], steps[0])),
        zmin=-end,
        zmax=end,
        colorscale=list(SIGNED),
        showscale=scale,
        name=name,
        hovertemplate=words("memory.lora.product.hover") + "<extra>%{fullData.name}</extra>",
        **more,
    )


def singular_figure(picture: UpdatePicture, words: Words) -> go.Figure:
    """Singular values on a logarithmic axis: of the update shown, and of full tuning's change."""
    drawn = figure(
        words("memory.lora.singular.title"),
        words("memory.lora.singular.x"),
        words("memory.lora.singular.y"),
    )
    own = words(f"memory.lora.singular.{picture.source}", rank=picture.rank)
    for name, values, mark, colour, dash in (
        (words("memory.lora.singular.all"), picture.full_singular, "lines", PALETTE.series[1], "dash"),
        (own, picture.singular, "lines+markers", PALETTE.accent, "solid"),
    ):
        kept = [(place, value) for place, value in enumerate(values, 1) if value > SMALLEST_SHOWN * values[0]]
        drawn.add_scatter(
            x=[place for place, _ in kept],
            y=[value for _, value in kept],
            mode=mark,
            name=name,
            line={"color": colour, "dash": dash},
            marker={"size": 6},
            hovertemplate=words("memory.lora.singular.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(x=picture.rank, line={"dash": "dot", "color": PALETTE.neutral})
    drawn.update_xaxes(type="log", tickvals=[1, 2, 4, 8, 16, 32, 64, 192, 576])
    drawn.update_yaxes(type="log", exponentformat="power", dtick=1)
    legend_below(drawn)
    return drawn
