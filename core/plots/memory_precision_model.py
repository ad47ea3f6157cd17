"""All of MiniLM in every format: size against error, matrices one by one, scores and their order."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.memory.quantise.sentence_pairs import SentencePair
from core.memory.quantise.similarity import ScoreChange, ranks
from core.memory.quantise.survey import FormatReport
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

MEBIBYTE = 2**20
SMALLEST_CHANGE = 1e-6
BEST_DECIBELS = 60
"""The end of the colour scale; a matrix without any error has this colour, too."""
PLACES = {
    "bf16": "top center",
    "int8": "top center",
    "nf4": "top center",
    "fp8": "middle left",
    "int8-channel": "middle right",
}
"""Of a label by its point; the others stand below theirs, so that neighbours do not cover one another."""


def size_figure(
    reports: Mapping[str, FormatReport], changes: Mapping[str, ScoreChange], words: Words
) -> go.Figure:
    """Each format by the model's size and the mean change of a score; down and left is better."""
    drawn = figure(
        words("memory.precision.size.title"),
        words("memory.precision.size.x"),
        words("memory.precision.size.y"),
        height=420,
    )
    names = list(changes)
    drawn.add_scatter(
        x=[reports[name].model_bytes / MEBIBYTE for name in names],
        y=[max(changes[name].mean, SMALLEST_CHANGE) for name in names],
        mode="markers+text",
        text=[words(f"memory.precision.short.{name}") for name in names],
        textposition=[PLACES.get(name, "bottom center") for name in names],
        marker={
            "size": 12,
            "color": [PALETTE.series[place % 7] for place in range(len(names))],
            "symbol": [PALETTE.symbols[place % 7] for place in range(len(names))],
        },
        customdata=[reports[name].bits for name in names],
        cliponaxis=False,
        hovertemplate=words("memory.precision.size.hover") + "<extra>%{text}</extra>",
    )
    sizes = [reports[name].model_bytes / MEBIBYTE for name in names]
    room = 0.18 * (max(sizes) - min(sizes))
    drawn.update_xaxes(range=[min(sizes) - room, max(sizes) + room])
    drawn.update_yaxes(type="log", range=[-5, -0.9], dtick=1, tickformat="~g")
    return drawn


def matrices_figure(reports: Mapping[str, FormatReport], words: Words) -> go.Figure:
    """One heat map: matrices down, formats across, the signal-to-noise ratio as colour and number."""
    names = [name for name in reports if name != "fp32"]
    labels = list(reports[names[0]].errors)
    drawn = figure(words("memory.precision.matrices.title"), "", "", height=190 + 20 * len(labels))
    drawn.update_layout(margin={"t": 100})
    table = [[reports[name].errors[label].decibels for name in names] for label in labels]
    drawn.add_heatmap(
        z=[[BEST_DECIBELS if value is None else value for value in row] for row in table],
        x=[words(f"memory.precision.tick.{name}") for name in names],
        y=labels,
        zmin=0,
        zmax=BEST_DECIBELS,
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": "dB"}, "thickness": 10},
        text=[[f"{value:.0f}" if value is not None else "–" for value in row] for row in table],
        texttemplate="%{text}",
        textfont={"size": 10},
        hovertemplate=words("memory.precision.matrices.hover") + "<extra></extra>",
        xgap=1,
        ygap=1,
    )
    drawn.update_yaxes(autorange="reversed", type="category", dtick=1, tickfont={"size": 10})
    drawn.update_xaxes(type="category", side="top", tickfont={"size": 11}, tickangle=0)
    return drawn


def scores_figure(
    pairs: Sequence[SentencePair], before: FormatReport, after: FormatReport, words: Words
) -> go.Figure:
    """A point for each pair: its score in float32 across, in the format upwards; the line is no change."""
    name = words(f"memory.precision.short.{after.name}")
    drawn = figure(
        words("memory.precision.scores.title", format=name),
        words("memory.precision.scores.x"),
        words("memory.precision.scores.y", format=name),
        height=440,
    )
    ends = [min(*before.scores, *after.scores) - 0.05, max(*before.scores, *after.scores) + 0.05]
    drawn.add_scatter(
        x=ends,
        y=ends,
        mode="lines",
        name=words("memory.precision.scores.line"),
        line={"color": PALETTE.neutral, "dash": "dot"},
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=list(before.scores),
        y=list(after.scores),
        mode="markers",
        name=words("memory.precision.scores.pairs"),
        marker={"size": 10, "color": PALETTE.accent, "symbol": "circle", "opacity": 0.85},
        customdata=[_pair_label(pair) for pair in pairs],
        hovertemplate=words("memory.precision.scores.hover") + "<extra></extra>",
    )
    legend_below(drawn)
    return drawn


def order_figure(
    pairs: Sequence[SentencePair], before: FormatReport, after: FormatReport, words: Words
) -> go.Figure:
    """The pairs in the order of their scores, left in float32, right in the format; crossings are swaps."""
    name = words(f"memory.precision.short.{after.name}")
    drawn = figure(words("memory.precision.order.title"), "", words("memory.precision.order.y"), height=440)
    places = list(zip(ranks(before.scores), ranks(after.scores), pairs, strict=True))
    ends = [words("memory.precision.short.fp32"), name]
    for moved in (False, True):
        chosen = [place for place in places if (place[0] != place[1]) == moved]
        drawn.add_scatter(
            x=[each for _ in chosen for each in (*ends, None)],
            y=[each for left, right, _ in chosen for each in (left, right, None)],
            customdata=[each for *_, pair in chosen for each in (_pair_label(pair),) * 3],
            mode="lines+markers",
            name=words(f"memory.precision.order.{'moved' if moved else 'kept'}", count=len(chosen)),
            line={
                "color": PALETTE.bad if moved else PALETTE.neutral,
                "width": 2.5 if moved else 1.2,
                "dash": "solid" if moved else "dot",
            },
            marker={"size": 6, "symbol": "diamond" if moved else "circle"},
            hovertemplate="%{y}. %{customdata}<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(type="category", categoryarray=ends, range=[-0.15, 1.15])
    legend_below(drawn)
    return drawn


def _pair_label(pair: SentencePair) -> str:
    return f"{token_label(pair.first[:60])} | {token_label(pair.second[:60])}"


def model_rows(
    reports: Mapping[str, FormatReport], changes: Mapping[str, ScoreChange], words: Words
) -> list[dict[str, object]]:
    """A row for each format."""
    column = "memory.precision.column"
    rows = []
    for name, report in reports.items():
        change, whole = changes[name], report.whole
        rows.append(
            {
                words(f"{column}.format"): words(f"memory.precision.short.{name}"),
                words(f"{column}.bits_weight"): round(report.bits, 3),
                words(f"{column}.predicted"): report.predicted,
                words(f"{column}.counted"): report.counted,
                words(f"{column}.model"): round(report.model_bytes / MEBIBYTE, 2),
                words(f"{column}.relative"): 100 * whole.relative,
                words(f"{column}.largest"): whole.largest,
                words(f"{column}.decibels"): None if whole.decibels is None else round(whole.decibels, 1),
                words(f"{column}.zeroed"): 100 * whole.zeroed / whole.weights,
                words(f"{column}.change"): change.mean,
                words(f"{column}.worst"): change.largest,
                words(f"{column}.swapped"): f"{change.swapped} / {change.couples}",
                words(f"{column}.order"): round(change.order, 4),
                words(f"{column}.grades"): None if change.grades is None else round(change.grades, 3),
            }
        )
    return rows


def pair_rows(
    pairs: Sequence[SentencePair], before: FormatReport, after: FormatReport, words: Words
) -> list[dict[str, object]]:
    """A row for each pair: both scores, both places."""
    column = "memory.precision.column"
    places = zip(ranks(before.scores), ranks(after.scores), strict=True)
    return [
        {
            words(f"{column}.first"): pair.first,
            words(f"{column}.second"): pair.second,
            words(f"{column}.grade"): pair.grade,
            words(f"{column}.before"): round(old, 4),
            words(f"{column}.after"): round(new, 4),
            words(f"{column}.difference"): round(new - old, 4),
            words(f"{column}.place"): f"{left} → {right}",
        }
        for pair, old, new, (left, right) in zip(pairs, before.scores, after.scores, places, strict=True)
    ]
