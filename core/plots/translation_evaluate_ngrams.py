"""Every n-gram of a translation, matched or not, and chrF's precision and recall by length."""

from typing import get_args

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.translation.bleu import BleuArithmetic, NgramAt, Verdict
from core.translation.chrf import ChrfArithmetic
from core.wording import Words

MOST_TOKENS = 30
"""Tokens of a translation that are drawn at once: 114 n-grams."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_LOOK = {
    "matched": {"color": PALETTE.good, "line": {"color": PALETTE.good, "width": 1}},
    "clipped": {
        "color": PALETTE.series[1],
        "pattern": {"shape": "/", "fgcolor": "#5a3a00"},
        "line": {"color": PALETTE.series[1], "width": 1},
    },
    "missing": {"color": "rgba(138, 148, 160, 0.12)", "line": {"color": PALETTE.neutral, "width": 1}},
}
_GAP = 0.08
"""Between neighbouring bars, in tokens."""


def ngrams_figure(opened: BleuArithmetic, t: Words, first: int = 0) -> go.Figure:
    """The translation from left to right; below each other its n-grams of length 1 to 4 as bars.

    Overlapping n-grams of one length lie in as many lines as it is long.

    Args:
        opened: the translation against its reference.
        t: the reader's wording.
        first: the first token that is drawn; `MOST_TOKENS` are.
    """
    last = min(first + MOST_TOKENS, len(opened.tokens))
    drawn = figure(
        t("translation.evaluate.ngrams.title"),
        t("translation.evaluate.ngrams.x"),
        t("translation.evaluate.ngrams.y"),
        height=460,
    )
    ngrams = [ngram for row in opened.ngrams for ngram in row]
    shown = [ngram for ngram in ngrams if first <= ngram.first and ngram.first + len(ngram.tokens) <= last]
    for verdict in VERDICTS:
        drawn.add_trace(_bars([ngram for ngram in shown if ngram.verdict == verdict], verdict, t))
    lengths = range(1, len(opened.ngrams) + 1)
    drawn.update_yaxes(
        tickvals=[_line(length, 0) + (length - 1) / 2 for length in lengths],
        ticktext=[str(length) for length in lengths],
        range=[_line(len(opened.ngrams) + 1, 0) - 0.5, -0.6],
        showgrid=False,
        zeroline=False,
    )
    drawn.update_xaxes(
        tickvals=[place + 0.5 for place in range(first, last)],
        ticktext=[token_label(token) for token in opened.tokens[first:last]],
        range=[first - 0.1, max(last, first + 8) + 0.1],
        side="top",
        showgrid=False,
        zeroline=False,
    )
    drawn.update_layout(barmode="overlay", margin_t=96)
    legend_below(drawn)
    return drawn


def _line(length: int, first: int) -> float:
    """The line of an n-gram: 1 for single tokens, 2 for pairs, ..., a gap between the groups."""
    return length * (length - 1) / 2 + (length - 1) * 0.5 + first % length


def _bars(ngrams: list[NgramAt], verdict: str, t: Words) -> go.Bar:
    return go.Bar(
        base=[ngram.first + _GAP / 2 for ngram in ngrams],
        x=[len(ngram.tokens) - _GAP for ngram in ngrams],
        y=[_line(len(ngram.tokens), ngram.first) for ngram in ngrams],
        orientation="h",
        width=0.82,
        name=t(f"translation.evaluate.ngrams.{verdict}"),
        marker=_LOOK[verdict],
        customdata=[
            (" ".join(map(token_label, ngram.tokens)), ngram.in_translation, ngram.in_reference)
            for ngram in ngrams
        ],
        hovertemplate=t("translation.evaluate.ngrams.hover") + "<extra>%{fullData.name}</extra>",
    )


def characters_figure(opened: ChrfArithmetic, t: Words) -> go.Figure:
    """Precision and recall of character n-grams by their length, and the means that enter chrF."""
    drawn = figure(
        t("translation.evaluate.characters.title"),
        t("translation.evaluate.characters.x"),
        t("translation.evaluate.characters.y"),
        height=340,
    )
    usable = [order for order in opened.orders if order.usable]
    series = (
        ("precision", [order.precision for order in usable], opened.precision),
        ("recall", [order.recall for order in usable], opened.recall),
    )
    for place, (name, values, mean) in enumerate(series):
        drawn.add_bar(
            x=[order.length for order in usable],
            y=[100 * value for value in values],
            name=t(f"translation.evaluate.characters.{name}", mean=100 * mean),
            marker={"color": PALETTE.series[place], "pattern": {"shape": ("", "/")[place]}},
            hovertemplate="n = %{x}: %{y:.1f}%<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(tickvals=[order.length for order in usable])
    drawn.update_yaxes(range=[0, 104], ticksuffix="%")
    drawn.update_layout(barmode="group")
    legend_below(drawn)
    return drawn
