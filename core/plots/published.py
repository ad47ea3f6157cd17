"""Our repetition % beside that of Holtzman et al. 2020, table 1."""

from math import sqrt

import plotly.graph_objects as go

from core.decoding.published import PUBLISHED, PUBLISHED_HUMAN, PublishedComparison
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

PERCENT_TICKS = (0, 1, 5, 10, 20, 35, 50, 75, 100)
HUMAN = "human"


def published_figure(comparison: PublishedComparison, words: Words) -> go.Figure:
    """Two points a row, ours with Wilson's interval; a square-root axis shows 0 and 0.2% beside 74%."""
    drawn = figure(
        words("decoding.measures.published.title"),
        words("decoding.measures.published.x"),
        words("decoding.measures.published.y"),
        height=480,
    )
    names = [*PUBLISHED, HUMAN]
    theirs = [figures.repetition for figures in (*PUBLISHED.values(), PUBLISHED_HUMAN)]
    _add_ours(drawn, comparison, names, words)
    drawn.add_scatter(
        x=[sqrt(percent) for percent in theirs],
        y=[row + 0.16 for row in range(len(names))],
        mode="markers",
        name=words("decoding.measures.published.theirs"),
        marker={"size": 12, "symbol": "diamond-open", "color": PALETTE.series[1], "line": {"width": 2}},
        customdata=theirs,
        hovertemplate="%{customdata}%<extra>%{fullData.name}</extra>",
    )
    labels = [words(f"decoding.measures.published.method.{name}") for name in names]
    drawn.update_yaxes(tickvals=list(range(len(names))), ticktext=labels, range=[len(names) - 0.5, -0.5])
    drawn.update_xaxes(
        tickvals=[sqrt(percent) for percent in PERCENT_TICKS],
        ticktext=[f"{percent:g}" for percent in PERCENT_TICKS],
        range=[-0.2, 10.2],
    )
    legend_below(drawn)
    return drawn


def _add_ours(drawn: go.Figure, comparison: PublishedComparison, names: list[str], words: Words) -> None:
    rows = comparison.methods
    places = [sqrt(100 * row.repetition.value) for row in rows]
    drawn.add_scatter(
        x=places,
        y=[names.index(row.name) - 0.16 for row in rows],
        mode="markers",
        name=words("decoding.measures.published.ours"),
        marker={"size": 12, "symbol": "circle", "color": PALETTE.accent},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [
                sqrt(100 * row.repetition.high) - place for row, place in zip(rows, places, strict=True)
            ],
            "arrayminus": [
                place - sqrt(100 * row.repetition.low) for row, place in zip(rows, places, strict=True)
            ],
            "color": PALETTE.accent,
            "thickness": 2,
        },
        hovertext=[
            words(
                "decoding.measures.published.hover",
                repetitive=row.repetitive,
                texts=row.texts,
                value=100 * row.repetition.value,
                low=100 * row.repetition.low,
                high=100 * row.repetition.high,
            )
            for row in rows
        ],
        hovertemplate="%{hovertext}<extra>%{fullData.name}</extra>",
    )
