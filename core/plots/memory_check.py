"""A measured training step: predicted beside measured, term by term and block by block."""

import plotly.graph_objects as go

from core.memory.breakdown import SAVED, Breakdown
from core.memory.measure import PARTS, MeasuredStep, predicted_blocks
from core.memory.step_report import shown_terms, term_title
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

MEBIBYTE = 2**20
ROOM_FOR_LABELS = 1.22
"""Length of the axis in that of the longest bar, whose label stands behind it."""


def terms_figure(prediction: Breakdown, step: MeasuredStep | None, words: Words) -> go.Figure:
    """Two bars a term in MiB, predicted and measured; only the first while nothing is measured."""
    names = [name for name in (*PARTS, *SAVED) if prediction.bytes_of(name)]
    drawn = figure(
        words("memory.check.terms.title"),
        words("memory.check.terms.x"),
        "",
        height=170 + 52 * len(names),
    )
    titles = [words(f"memory.predict.term.{name}") for name in names]
    predicted = [prediction.bytes_of(name) for name in names]
    _add_bars(drawn, titles, predicted, words("memory.check.series.predicted"), PALETTE.series[1], "/", words)
    measured = [step.term(name).measured for name in names] if step is not None else []
    if measured:
        _add_bars(drawn, titles, measured, words("memory.check.series.measured"), PALETTE.accent, "", words)
    drawn.update_layout(barmode="group", bargap=0.25)
    drawn.update_yaxes(autorange="reversed")
    longest = max(predicted + measured)
    drawn.update_xaxes(range=[0, ROOM_FOR_LABELS * longest / MEBIBYTE])
    legend_below(drawn)
    return drawn


def _add_bars(
    drawn: go.Figure, titles: list[str], sizes: list[int], name: str, colour: str, pattern: str, words: Words
) -> None:
    mebibytes = [size / MEBIBYTE for size in sizes]
    drawn.add_bar(
        y=titles,
        x=mebibytes,
        orientation="h",
        name=name,
        marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.25}},
        text=[words("memory.check.terms.label", size=size) for size in mebibytes],
        textposition="outside",
        cliponaxis=False,
        customdata=sizes,
        hovertemplate=words("memory.check.terms.hover") + "<extra>%{fullData.name}</extra>",
    )


def blocks_figure(prediction: Breakdown, step: MeasuredStep | None, words: Words) -> go.Figure:
    """What each block keeps for the backward pass: measured as bars, predicted as marks on them."""
    drawn = figure(
        words("memory.check.blocks.title"), words("memory.check.blocks.x"), words("memory.check.blocks.y")
    )
    hover = words("memory.check.blocks.hover") + "<extra>%{fullData.name}</extra>"
    measured = [block.measured for block in step.blocks] if step is not None else []
    if measured:
        drawn.add_bar(
            x=list(range(len(measured))),
            y=[size / MEBIBYTE for size in measured],
            customdata=measured,
            name=words("memory.check.series.measured"),
            marker={"color": PALETTE.accent},
            hovertemplate=hover,
        )
    predicted = predicted_blocks(prediction)
    drawn.add_scatter(
        x=list(range(len(predicted))),
        y=[size / MEBIBYTE for size in predicted],
        customdata=predicted,
        mode="markers",
        name=words("memory.check.series.predicted"),
        marker={"symbol": "diamond", "size": 9, "color": PALETTE.series[1]},
        hovertemplate=hover,
    )
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def largest_term(step: MeasuredStep, words: Words) -> str:
    """The title of the term that took most."""
    terms = shown_terms(step)[:-1]
    return term_title(max(terms, key=lambda term: term.measured), words)
