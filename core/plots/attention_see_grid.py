"""All heads of a model as one picture: a small map each, marked by kind, to be clicked."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from core.attention.small_maps import SmallMaps
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure

Words = Callable[..., str]

MARKED = ("induction", "same", "previous", "next", "itself", "separator", "first", "broad")
COLOURS = dict(zip(MARKED, (*PALETTE.series[1:6], "#9a6324", PALETTE.neutral, PALETTE.neutral), strict=True))
SYMBOLS = dict(
    zip(
        MARKED,
        ("diamond", "square", "triangle-left", "triangle-right", "x", "cross", "circle", "circle-open"),
        strict=True,
    )
)
SHOWN_LEVELS = (0.0, 0.1, 0.5, 1.0)
"""Weights named beside the colour scale, which goes with the square root, so that small ones show."""


def overview_figure(
    small: SmallMaps, selected: tuple[int, int], arrangement: str, layers: int, t: Words
) -> go.Figure:
    """Every head's map in a grid; each has an invisible mark in its middle that a click finds.

    Args:
        small: the maps in their order.
        selected: (layer, head) to frame.
        arrangement: "across", "down" or "kind", which decides what the axes count.
        layers: of the model.
        t: the reader's wording.
    """
    step = small.maps.shape[-1] + 2
    rows = -(-len(small.places) // small.columns)
    drawing = figure(t("attention.see.grid.title"), "", "", height=130 + rows * _row_height(rows))
    drawing.add_heatmap(z=_canvas(small, rows, step), coloraxis="coloraxis", hoverinfo="skip")
    middles = [
        ((index % small.columns + 0.5) * step - 1.5, (index // small.columns + 0.5) * step - 1.5)
        for index in range(len(small.places))
    ]
    _add_kind_marks(drawing, small, middles, step, t)
    _add_click_marks(drawing, small, middles, t)
    if selected in small.places:
        x, y = middles[small.places.index(selected)]
        half = step / 2
        drawing.add_shape(
            type="rect",
            x0=x - half,
            x1=x + half,
            y0=y - half,
            y1=y + half,
            line={"color": PALETTE.bad, "width": 3},
        )
    _label_axes(drawing, small, arrangement, layers, rows, step, t)
    return drawing


def _row_height(rows: int) -> int:
    return 62 if rows < 8 else 44 if rows < 15 else 34


def _canvas(small: SmallMaps, rows: int, step: int) -> np.ndarray:
    """The square roots of all weights in one table, gaps and what the mask forbids left empty."""
    side = small.maps.shape[-1]
    canvas = np.full((rows * step - 2, small.columns * step - 2), np.nan, dtype=np.float32)
    for index, weights in enumerate(np.sqrt(small.maps.numpy())):
        top, left = index // small.columns * step, index % small.columns * step
        canvas[top : top + side, left : left + side] = np.where(weights > 0, weights, np.nan)
    return canvas


def _add_kind_marks(
    drawing: go.Figure, small: SmallMaps, middles: list[tuple[float, float]], step: int, t: Words
) -> None:
    """A mark in the upper right corner, which a causal map leaves empty."""
    corner = step * 0.3
    for kind in MARKED:
        found = [index for index, name in enumerate(small.kinds) if name == kind]
        if not found:
            continue
        drawing.add_scatter(
            x=[middles[index][0] + corner for index in found],
            y=[middles[index][1] - corner for index in found],
            mode="markers",
            name=f"{t(f'attention.see.kind.{kind}')} ({len(found)})",
            marker={
                "color": COLOURS[kind],
                "symbol": SYMBOLS[kind],
                "size": 7 if kind in ("first", "broad") else 10,
                "line": {"width": 1, "color": "white" if kind != "broad" else COLOURS[kind]},
            },
            hoverinfo="skip",
            customdata=[small.places[index] for index in found],
            unselected={"marker": {"opacity": 1}},
        )


def _add_click_marks(
    drawing: go.Figure, small: SmallMaps, middles: list[tuple[float, float]], t: Words
) -> None:
    drawing.add_scatter(
        x=[x for x, _ in middles],
        y=[y for _, y in middles],
        mode="markers",
        marker={"size": 24, "opacity": 0, "symbol": "square"},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=small.places,
        text=[t(f"attention.see.kind.{kind}") for kind in small.kinds],
        hovertemplate=t("attention.see.grid.hover") + "<extra></extra>",
        showlegend=False,
        name="",
    )


def _label_axes(
    drawing: go.Figure, small: SmallMaps, arrangement: str, layers: int, rows: int, step: int, t: Words
) -> None:
    layer, head = t("attention.see.grid.layer"), t("attention.see.grid.head")
    across = arrangement == "across" and small.columns == layers
    names = ("", "") if arrangement == "kind" else (layer, head) if across else (head, layer)
    for update, count, name in (
        (drawing.update_xaxes, small.columns, names[0]),
        (drawing.update_yaxes, rows, names[1]),
    ):
        update(
            title_text=name,
            showgrid=False,
            zeroline=False,
            tickvals=[(index + 0.5) * step - 1.5 for index in range(count)] if name else [],
            ticktext=[str(index) for index in range(count)] if name else [],
        )
    drawing.update_xaxes(side="bottom", range=[-2, small.columns * step])
    drawing.update_yaxes(range=[rows * step, -2])
    drawing.update_layout(
        hovermode="closest",
        clickmode="event+select",
        dragmode=False,
        coloraxis={**weight_axis(t), "showscale": False},  # the large map shows the scale
    )
    legend_below(drawing)


def weight_axis(t: Words) -> dict[str, object]:
    """The colour scale of attention weights, by their square root, below the picture."""
    return {
        "colorscale": list(PALETTE.scale),
        "cmin": 0,
        "cmax": 1,
        "colorbar": {
            "title": {"text": t("attention.see.weight"), "side": "right"},
            "orientation": "h",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "x": 1,
            "xanchor": "right",
            "len": 0.6,
            "thickness": 10,
            "tickangle": 0,
            "tickvals": [level**0.5 for level in SHOWN_LEVELS],
            "ticktext": [f"{level:g}" for level in SHOWN_LEVELS],
        },
    }
