"""What tokens cost: by language, by price, and before and after words are added."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.plots.count_bars import add_count_bars
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.tokenizer.cost import Expansion, Fertility, LanguageCost, price
from core.wording import Words

PATTERNS = ("", "/", "x", ".")
Row = dict[str, object]


def fertility_figure(measured: Sequence[tuple[str, Fertility]], words: Words) -> go.Figure:
    """Bars of tokens relative to English, a group for each language, with 95% intervals.

    Args:
        measured: (title, fertility) of each vocabulary; the languages stand in the first one's order.
        words: the reader's language.
    """
    order = [cost.language for cost in measured[0][1].languages]
    drawn = figure(
        words("tokenizer.fertility.chart"),
        words("tokenizer.fertility.x"),
        "",
        height=150 + len(order) * (14 + 16 * len(measured)),
    )
    names = [words(f"tokenizer.language.{language}") for language in order]
    for place, (title, fertility) in enumerate(measured):
        costs = {cost.language: cost for cost in fertility.languages}
        values = [costs[language].relative or 0.0 for language in order]
        drawn.add_bar(
            x=values,
            y=names,
            orientation="h",
            name=title,
            marker={
                "color": PALETTE.series[place % len(PALETTE.series)],
                "pattern": {"shape": PATTERNS[place % len(PATTERNS)]},
            },
            error_x=_intervals([costs[language] for language in order]),
            hovertemplate=words("tokenizer.fertility.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="group")
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(rangemode="tozero", ticksuffix="×")
    if len(measured) > 1:
        legend_below(drawn)
    return drawn


def _intervals(costs: Sequence[LanguageCost]) -> dict[str, object]:
    """How far each interval reaches above and below its bar."""
    found = [(cost.relative or 0.0, cost.low or 0.0, cost.high or 0.0) for cost in costs]
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for value, _, high in found],
        "arrayminus": [value - low for value, low, _ in found],
        "color": PALETTE.neutral,
        "thickness": 1.5,
        "width": 3,
    }


def fertility_rows(measured: Sequence[tuple[str, Fertility]], words: Words) -> list[Row]:
    """A row for each vocabulary and language."""
    return [
        {
            words("tokenizer.column.vocabulary"): title,
            words("tokenizer.column.language"): words(f"tokenizer.language.{cost.language}"),
            words("tokenizer.column.tokens"): cost.tokens,
            words("tokenizer.column.per_sentence"): round(cost.tokens_per_sentence, 2),
            words("tokenizer.column.per_word"): cost.tokens_per_word and round(cost.tokens_per_word, 2),
            words("tokenizer.column.per_character"): round(cost.tokens_per_character, 3),
            words("tokenizer.column.relative"): cost.relative and round(cost.relative, 2),
            words("tokenizer.column.low"): cost.low and round(cost.low, 2),
            words("tokenizer.column.high"): cost.high and round(cost.high, 2),
        }
        for title, fertility in measured
        for cost in fertility.languages
    ]


def price_rows(
    counted: Sequence[tuple[str, int]], price_per_million: float, times: int, words: Words
) -> list[Row]:
    """A row for each vocabulary: tokens of the text, its price, and the price of it so many times.

    Raises:
        GlassboxError: a negative price.
    """
    return [
        {
            words("tokenizer.column.vocabulary"): title,
            words("tokenizer.column.tokens"): count,
            words("tokenizer.column.price"): round(price(count, price_per_million), 8),
            words("tokenizer.column.price_times", times=times): round(
                price(count * times, price_per_million), 4
            ),
        }
        for title, count in counted
    ]


def expansion_figure(result: Expansion, title: str, words: Words) -> go.Figure:
    """Tokens of the text without and with the added words."""
    drawn = figure(
        words("tokenizer.expansion.chart", title=title), words("tokenizer.counts.x"), "", height=230
    )
    labels = [
        words("tokenizer.expansion.before"),
        words("tokenizer.expansion.after", rows=result.rows),
    ]
    marker = {"color": [PALETTE.neutral, PALETTE.accent], "pattern": {"shape": ["/", ""]}}
    add_count_bars(drawn, labels, [result.tokens_before, result.tokens_after], marker)
    return drawn
