"""The family table as rows, who chose what as a heat map, and sizes through time."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.attention.families.parameters import Parameters
from core.attention.families.table import PARTS, SIZES, Family
from core.plots.theme import PALETTE, figure
from core.wording import Language, Words, words_in

Row = dict[str, object]
COLUMNS = ("mask", "positions", "norm", "norm_place", "feed_forward_kind", "attention")
"""The parts whose history is drawn."""
BYTES = 2
"""Of a cached number in 16 bits."""


def family_rows(
    families: Sequence[Family],
    counts: Mapping[str, Parameters],
    measured: Mapping[str, int],
    language: Language,
) -> list[Row]:
    """A row for each model; what does not apply stays empty.

    Args:
        families: the rows, those of the shelf already measured.
        counts: parameters computed from each row, by its name.
        measured: weights counted in the models of the shelf, by the row's name.
        language: of the words and of the sentence that says what a model changed.
    """
    return [_row(family, counts[family.name], measured.get(family.name), language) for family in families]


def _row(family: Family, count: Parameters, measured: int | None, language: Language) -> Row:
    words = words_in(language)
    published = measured if measured is not None else family.published
    return {
        words("attention.families.column.model"): family.title,
        words("attention.families.column.released"): family.released,
        words("attention.families.column.how"): words(
            f"attention.families.table.{'measured' if measured is not None else 'published'}"
        ),
        **{property_name(name, words): shown_value(name, getattr(family, name), words) for name in PARTS},
        **{property_name(name, words): getattr(family, name) for name in SIZES},
        words("attention.families.column.computed"): round(count.total / 1e6, 1),
        words("attention.families.column.published"): None
        if published is None
        else round(published / 1e6, 1),
        words("attention.families.column.active"): round(count.active / 1e6, 1) if family.experts else None,
        words("attention.families.column.cache"): None
        if family.cache_numbers is None
        else round(BYTES * family.cache_numbers / 1024, 1),
        words("attention.families.column.changed"): family.changed[language],
        words("attention.families.column.source"): family.source_title,
        words("attention.families.column.link"): family.source,
    }


def property_name(name: str, words: Words) -> str:
    """A property as the reader's language calls it."""
    return words(f"attention.families.property.{name}")


def shown_value(name: str, value: object, words: Words) -> object:
    """A property's value in words, numbers as they are."""
    if isinstance(value, bool):
        return words(f"attention.families.value.{name}.{'yes' if value else 'no'}")
    if isinstance(value, str):
        return words(f"attention.families.value.{name}.{value}")
    return value


def adoption_figure(families: Sequence[Family], words: Words) -> go.Figure:
    """Models by parts; a cell is darker the later its choice first appeared among `families`."""
    choices = [[str(getattr(family, name)) for name in COLUMNS] for family in families]
    orders = [list(dict.fromkeys(column)) for column in zip(*choices, strict=True)]
    shades = [
        [orders[place].index(value) / max(1, len(orders[place]) - 1) for place, value in enumerate(row)]
        for row in choices
    ]
    drawn = figure(
        words("attention.families.adoption.title"),
        words("attention.families.adoption.x"),
        "",
        height=140 + 24 * len(families),
    )
    drawn.add_heatmap(
        z=shades,
        x=[words(f"attention.families.axis.{name}") for name in COLUMNS],
        y=[family.title for family in families],
        zmin=0,
        zmax=1,
        colorscale=list(PALETTE.scale),
        showscale=False,
        xgap=2,
        ygap=2,
        text=[[words(f"attention.families.short.{value}") for value in row] for row in choices],
        texttemplate="%{text}",
        textfont={"size": 11},
        hovertext=[
            [
                words(
                    "attention.families.adoption.hover",
                    model=family.title,
                    released=family.released,
                    property=property_name(name, words),
                    value=shown_value(name, getattr(family, name), words),
                )
                for name in COLUMNS
            ]
            for family in families
        ],
        hoverinfo="text",
    )
    drawn.update_yaxes(autorange="reversed", showgrid=False, tickfont={"size": 11})
    drawn.update_xaxes(side="top", showgrid=False, tickfont={"size": 11}, tickangle=0)
    drawn.update_layout(margin={"t": 84})
    return drawn


def timeline_figure(families: Sequence[Family], counts: Mapping[str, Parameters], words: Words) -> go.Figure:
    """Each model's parameters on a log scale, oldest on top; experts with what one token uses."""
    drawn = figure(
        words("attention.families.timeline.title"),
        words("attention.families.timeline.x"),
        "",
        height=150 + 22 * len(families),
    )
    labels = {family.name: f"{family.title} · {family.released[:4]}" for family in families}
    parts = (
        ("total", list(families), "circle", PALETTE.accent),
        ("active", [family for family in families if family.experts], "diamond-open", PALETTE.bad),
    )
    for part, shown, symbol, colour in parts:
        if not shown:
            continue
        numbers = [getattr(counts[family.name], part) for family in shown]
        drawn.add_scatter(
            x=numbers,
            y=[labels[family.name] for family in shown],
            mode="markers",
            name=words(f"attention.families.timeline.{part}"),
            marker={"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
            hovertext=[
                words(
                    "attention.families.timeline.hover",
                    model=family.title,
                    released=family.released,
                    count=number,
                )
                for family, number in zip(shown, numbers, strict=True)
            ],
            hoverinfo="text",
        )
    drawn.update_xaxes(type="log", tickvals=[1e7, 1e8, 1e9, 1e10, 1e11, 1e12], range=[7, 12.1])
    drawn.update_xaxes(ticktext=["10 M", "100 M", "1 B", "10 B", "100 B", "1 T"], tickangle=0)
    order = [labels[family.name] for family in families]
    drawn.update_yaxes(
        autorange="reversed",
        type="category",
        categoryorder="array",
        categoryarray=order,
        tickfont={"size": 11},
    )
    drawn.update_layout(legend={"y": 1.0}, margin={"t": 84})
    return drawn
