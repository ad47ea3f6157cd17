"""One large weight: what it costs all others, where, and which of MiniLM's matrices have such weights."""

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.memory.quantise.grouping import Grouping
from core.memory.quantise.outlier import Planted, RealOutlier
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

GAP = 4
"""Empty columns between two pictures."""


def planted_figure(curve: Mapping[Grouping, Sequence[Planted]], size: float, words: Words) -> go.Figure:
    """Relative error of all other weights over the size of the large one, a line for each grouping."""
    drawn = figure(
        words("memory.precision.planted.title"),
        words("memory.precision.planted.x"),
        words("memory.precision.planted.y"),
    )
    for place, (grouping, points) in enumerate(curve.items()):
        drawn.add_scatter(
            x=[point.size for point in points],
            y=[100 * point.error.relative for point in points],
            customdata=[100 * point.error.zeroed / point.error.weights for point in points],
            mode="lines+markers",
            name=words(f"memory.precision.grouping.{grouping}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2.5},
            marker={"symbol": PALETTE.symbols[place], "size": 8},
            hovertemplate=words("memory.precision.planted.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(x=size, line={"color": PALETTE.neutral, "dash": "dot", "width": 2})
    drawn.update_xaxes(type="log", tickvals=[5, 10, 20, 50, 100, 200, 500, 1000])
    drawn.update_yaxes(type="log", tickvals=[0.5, 1, 2, 5, 10, 20, 50, 100], ticksuffix=" %")
    legend_below(drawn)
    return drawn


def pictures_figure(pictures: Mapping[Grouping, Planted], words: Words) -> go.Figure:
    """The matrix three times, its cells coloured by their largest error."""
    drawn = figure(words("memory.precision.pictures.title"), "", "", height=330)
    rows, start = None, 0
    for grouping, found in pictures.items():
        width = len(found.picture[0])
        cells: list[list[float | None]] = [list(row) for row in found.picture]
        rows = (
            cells
            if rows is None
            else [[*left, *[None] * GAP, *right] for left, right in zip(rows, cells, strict=True)]
        )
        drawn.add_annotation(
            x=start + (width - 1) / 2,
            y=1,
            yref="paper",
            yanchor="bottom",
            text=words(f"memory.precision.grouping_short.{grouping}"),
            showarrow=False,
            font={"size": 12},
        )
        start += width + GAP
    drawn.add_heatmap(
        z=rows,
        zmin=0,
        zmax=1,
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": "σ"}, "thickness": 10},
        hovertemplate=words("memory.precision.pictures.hover") + "<extra></extra>",
        hoverongaps=False,
    )
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(visible=False, autorange="reversed")
    drawn.update_layout(margin={"t": 76})
    return drawn


def real_figure(found: Sequence[RealOutlier], words: Words) -> go.Figure:
    """Every matrix of the model: its largest weight across, int8's error upwards, for each grouping."""
    drawn = figure(
        words("memory.precision.real.title"),
        words("memory.precision.real.x"),
        words("memory.precision.real.y"),
        height=420,
    )
    for place, grouping in enumerate(found[0].errors):
        drawn.add_scatter(
            x=[each.widest for each in found],
            y=[100 * each.errors[grouping] for each in found],
            customdata=[each.label for each in found],
            mode="markers",
            name=words(f"memory.precision.grouping.{grouping}"),
            marker={
                "symbol": PALETTE.symbols[place],
                "size": 9,
                "color": PALETTE.series[place],
                "opacity": 0.85,
            },
            hovertemplate=words("memory.precision.real.hover") + "<extra>%{fullData.name}</extra>",
        )
    worst = max(found, key=lambda each: each.widest)
    drawn.add_annotation(
        x=math.log10(worst.widest),
        y=math.log10(100 * worst.errors["tensor"]),
        text=worst.label,
        ax=-36,
        ay=-18,
        font={"size": 12},
    )
    drawn.update_xaxes(type="log", tickvals=[5, 10, 20, 50, 100, 200])
    drawn.update_yaxes(type="log", tickvals=[0.5, 1, 2, 5, 10, 20, 50], ticksuffix=" %")
    legend_below(drawn)
    return drawn


def real_rows(found: Sequence[RealOutlier], words: Words) -> list[dict[str, object]]:
    """Matrices, widest first."""
    column = "memory.precision.column"
    return [
        {
            words(f"{column}.matrix"): each.label,
            words(f"{column}.widest"): round(each.widest, 1),
            words(f"{column}.weight"): round(each.largest, 3),
            **{
                words(f"memory.precision.grouping.{grouping}"): 100 * error
                for grouping, error in each.errors.items()
            },
            words(f"{column}.zeroed"): 100 * each.zeroed,
        }
        for each in sorted(found, key=lambda each: -each.widest)
    ]
