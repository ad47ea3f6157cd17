"""Two models side by side: the parts and sizes that differ, and where the parameters are."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.families.parameters import Parameters
from core.attention.families.table import PARTS, SIZES, Difference, Family
from core.plots.attention_families_table import BYTES, Row, property_name, shown_value
from core.plots.theme import PALETTE, figure
from core.wording import Words


def difference_rows(found: Sequence[Difference], titles: tuple[str, str], words: Words) -> list[Row]:
    """The parts in which two models differ, each with what the second one's choice means."""
    return [
        {
            words("attention.families.compare.part"): property_name(each.name, words),
            titles[0]: shown_value(each.name, each.first, words),
            titles[1]: shown_value(each.name, each.second, words),
            words("attention.families.compare.buys"): words(
                f"attention.families.why.{each.name}.{_choice(each.second)}"
            ),
        }
        for each in found
        if each.name in PARTS
    ]


def _choice(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def size_rows(
    found: Sequence[Difference],
    models: tuple[Family, Family],
    counts: tuple[Parameters, Parameters],
    words: Words,
) -> list[Row]:
    """The numbers in which two models differ, with their ratio; parameters and cache at the end."""
    pairs = [
        (property_name(each.name, words), each.first, each.second) for each in found if each.name in SIZES
    ]
    pairs.append((words("attention.families.compare.total"), counts[0].total, counts[1].total))
    if any(model.experts for model in models):
        pairs.append((words("attention.families.compare.active"), counts[0].active, counts[1].active))
    first_cache, second_cache = (model.cache_numbers and BYTES * model.cache_numbers for model in models)
    pairs.append((words("attention.families.compare.cache"), first_cache, second_cache))
    return [
        {
            words("attention.families.compare.size"): name,
            models[0].title: _number(first, words),
            models[1].title: _number(second, words),
            words("attention.families.compare.factor"): f"× {second / first:.2f}"
            if first and second
            else None,
        }
        for name, first, second in pairs
        if first != second
    ]


def _number(value: int | None, words: Words) -> str:
    return words("attention.families.compare.none") if value is None else f"{value:,}"


def shares_figure(models: Sequence[Family], counts: Sequence[Parameters], words: Words) -> go.Figure:
    """Where the parameters of each model are: one stacked bar of 100% each."""
    drawn = figure(
        words("attention.families.compare.title"),
        words("attention.families.compare.x"),
        "",
        height=190 + 56 * len(models),
    )
    parts = ("embedding", "attention", "feed_forward", "output", "positions", "norms", "other", "router")
    patterns = ("", "/", "", "x", "", "", "", "")
    for number, (part, pattern) in enumerate(zip(parts, patterns, strict=True)):
        numbers = [getattr(count, part) for count in counts]
        if not any(numbers):
            continue
        shares = [value / count.total for value, count in zip(numbers, counts, strict=True)]
        name = words(f"attention.families.part.{part}")
        drawn.add_bar(
            x=[100 * share for share in shares],
            y=[model.title for model in models],
            orientation="h",
            name=name,
            marker={
                "color": PALETTE.series[number % len(PALETTE.series)],
                "pattern": {"shape": pattern, "solidity": 0.12, "fillmode": "overlay"},
            },
            text=[f"{share:.0%}" if share >= 0.08 else "" for share in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertext=[
                words("attention.families.compare.hover", part=name, count=value, share=share)
                for value, share in zip(numbers, shares, strict=True)
            ],
            hoverinfo="text",
        )
    drawn.update_layout(barmode="stack", legend={"y": 1.0, "traceorder": "normal"}, margin={"t": 110})
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(range=[0, 100])
    return drawn
