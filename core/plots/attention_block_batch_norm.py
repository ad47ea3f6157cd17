"""One token in two batches, and running statistics on texts they were not averaged over."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.block.batch_norm import Company, RunningError
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words


def company_figure(company: Company, kind: str, words: Words) -> go.Figure:
    """The token's numbers in either batch, joined by a line where they differ.

    Args:
        company: the measurement.
        kind: `batch`, `layer`, or `padding` (the second batch with and without its padding counted).
        words: the reader's language.
    """
    before, after = {
        "batch": (company.batch_first, company.batch_second),
        "layer": (company.layer_first, company.layer_second),
        "padding": (company.batch_second, company.batch_padded),
    }[kind]
    drawn = figure(
        words(f"attention.block.company.chart_{kind}", token=token_label(company.token)),
        words("attention.block.company.x"),
        words("attention.block.company.y"),
        height=380,
    )
    places = [feature + 1 for feature in company.features]
    joined_x = [x for place in places for x in (place, place, None)]
    joined_y = [y for pair in zip(before, after, strict=True) for y in (*pair, None)]
    drawn.add_scatter(
        x=joined_x,
        y=joined_y,
        mode="lines",
        line={"color": PALETTE.neutral, "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )
    names = ("real", "padded") if kind == "padding" else ("first", "second")
    for index, (name, values) in enumerate(zip(names, (before, after), strict=True)):
        drawn.add_scatter(
            x=places,
            y=list(values),
            mode="markers",
            name=words(f"attention.block.company.{name}"),
            marker={
                "color": PALETTE.series[index],
                "symbol": ("circle", "diamond-open")[index],
                "size": (8, 11)[index],
                "line": {"width": 2} if index else None,
            },
            hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    legend_below(drawn)
    return drawn


def running_figure(found: Sequence[RunningError], words: Words) -> go.Figure:
    """Every test batch as a point: how far running statistics move its numbers, by batch size."""
    drawn = figure(
        words("attention.block.running.chart"),
        words("attention.block.running.x"),
        words("attention.block.running.y"),
        height=380,
    )
    for index, name in enumerate(("alike", "unlike")):
        points = [(str(one.size), error) for one in found for error in getattr(one, name)]
        drawn.add_box(
            x=[size for size, _ in points],
            y=[error for _, error in points],
            name=words(f"attention.block.running.{name}"),
            boxpoints="all",
            jitter=0.5,
            pointpos=0,
            line={"color": PALETTE.series[(0, 4)[index]], "width": 1.5},
            fillcolor="rgba(0,0,0,0)",
            marker={"symbol": PALETTE.symbols[index], "size": 6},
            hovertemplate="%{y:.3f}<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(boxmode="group")
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_xaxes(type="category")
    legend_below(drawn)
    return drawn
