"""A low-rank update as one multiplies it: A above, B beside, their product in the corner; singular values."""

from typing import Any

import plotly.graph_objects as go

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
GAP = 0.03
"""Between the matrices, as a share of the picture."""


def product_figure(picture: UpdatePicture, words: Words) -> go.Figure:
    """B (outputs x rank) left, A (rank x inputs) above, B A where they meet; thin as they are."""
    rank = picture.a.shape[0]
    sizes = {"outputs": picture.b.shape[0], "inputs": picture.a.shape[1], "rank": rank}
    drawn = figure(words("memory.lora.product.title", rank=rank), "", "", height=520)
    thin, wide = _domains(0.05 + 0.15 * rank / 64)
    upper = [1 - thin[1], 1.0]
    lower = [0.0, 1 - wide[0]]
    for number, (name, matrix, across, down, titled) in enumerate(
        (
            ("a", picture.a, wide, upper, "y"),
            ("b", picture.b, thin, lower, "x"),
            ("product", picture.product, wide, lower, "x"),
        ),
        1,
    ):
        end = "" if number == 1 else str(number)
        heat = _heat(matrix, words(f"memory.lora.product.{name}", **sizes), words)
        drawn.add_trace(heat.update(xaxis=f"x{end}", yaxis=f"y{end}"))
        title = {"text": words(f"memory.lora.product.{name}_axis", **sizes), "font": {"size": 12}}
        bare: dict[str, Any] = {"showticklabels": False, "showgrid": False, "zeroline": False}
        x_axis = {**bare, "domain": across, "anchor": f"y{end}"}
        y_axis = {**bare, "domain": down, "anchor": f"x{end}", "autorange": "reversed"}
        (x_axis if titled == "x" else y_axis)["title"] = title
        drawn.update_layout({f"xaxis{end}": x_axis, f"yaxis{end}": y_axis})
    return drawn


def _domains(thick: float) -> tuple[list[float], list[float]]:
    """Where the thin and the wide column lie, `thick` being the thin one's share, with a gap between."""
    edge = thick * (1 - GAP)
    return [0.0, edge], [edge + GAP, 1.0]


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
