"""Published figures and published sizes beside what the calculator says."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.memory.presets import Preset
from core.memory.published import PublishedFigure
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

Row = dict[str, object]


def ratio_figure(figures: Sequence[PublishedFigure], words: Words) -> go.Figure:
    """Ours in times the published figure: a point a row, the line at 1 is agreement."""
    drawn = figure(
        words("memory.compare.published.title"),
        words("memory.compare.published.x"),
        "",
        height=190 + 26 * len(figures),
    )
    for agrees, symbol, colour in ((True, "circle", PALETTE.good), (False, "x", PALETTE.bad)):
        shown = [each for each in figures if each.agrees == agrees]
        drawn.add_scatter(
            x=[each.ours / each.published for each in shown],
            y=[words(f"memory.compare.short.{each.name}") for each in shown],
            mode="markers",
            name=words(f"memory.compare.published.{'agrees' if agrees else 'differs'}"),
            marker={"symbol": symbol, "size": 12, "color": colour},
            customdata=[[_number(each.ours), _number(each.published), each.unit] for each in shown],
            hovertemplate=words("memory.compare.published.hover") + "<extra></extra>",
        )
    drawn.add_vline(x=1, line={"dash": "dash", "width": 2, "color": PALETTE.neutral})
    order = [words(f"memory.compare.short.{each.name}") for each in figures]
    drawn.update_yaxes(categoryorder="array", categoryarray=order[::-1], tickfont={"size": 11})
    drawn.update_xaxes(range=[0.7, 1.1])
    legend_below(drawn)
    return drawn


def published_rows(figures: Sequence[PublishedFigure], words: Words) -> list[Row]:
    """A row for each printed number."""
    column = "memory.compare.column"
    return [
        {
            words(f"{column}.what"): words(f"memory.predict.published.{each.name}"),
            words(f"{column}.published"): f"{_number(each.published)} {each.unit}",
            words(f"{column}.ours"): f"{_number(each.ours)} {each.unit}",
            words(f"{column}.agrees"): "✓" if each.agrees else "×",
            words(f"{column}.source"): each.source,
        }
        for each in figures
    ]


def size_rows(entries: Sequence[Preset], words: Words) -> list[Row]:
    """A row for each model: counted, published, and why they differ where they do."""
    column = "memory.compare.column"
    return [
        {
            words(f"{column}.model"): each.title,
            words(f"{column}.counted"): each.counted,
            words(f"{column}.published"): each.published,
            words(f"{column}.agrees"): "✓" if each.matches else "≠",
            words(f"{column}.note"): words(f"memory.predict.difference.{each.difference}")
            if each.difference
            else "",
            words(f"{column}.source"): each.source,
        }
        for each in entries
    ]


def _number(value: float) -> str:
    """As many digits as say something.

    >>> _number(524288.0), _number(31.406), _number(1.875)
    ('524,288', '31.41', '1.88')
    """
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:,.2f}"
