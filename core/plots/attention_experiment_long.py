"""SmolLM2 past its 8,192 tokens, and behind a gap of positions."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.far_context import FarContext
from core.attention.long_context_result import SCHEMES, LongContextResult, against_unscaled
from core.plots.attention_experiment import mark_trained
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

STYLES = {
    scheme: (PALETTE.series[place], PALETTE.dashes[place], PALETTE.symbols[place])
    for place, scheme in enumerate(SCHEMES)
}
MARKER_EVERY = 4
"""Buckets; a symbol at each would hide the lines."""


def long_context_figure(result: LongContextResult, words: Words) -> go.Figure:
    """Loss against position for each rotation, the mean of some hundred positions at each point."""
    drawn = figure(
        words("attention.experiment.long_figure.title"),
        words("attention.experiment.long_figure.x", bucket=result.bucket),
        words("attention.experiment.long_figure.y"),
        height=420,
    )
    for run in result.runs:
        _add_buckets(
            drawn, result, run.scheme, run.losses, words("attention.experiment.long_figure.hover"), words
        )
    _finish(drawn, result, words)
    return drawn


def stretching_figure(result: LongContextResult, words: Words) -> go.Figure:
    """What each stretching adds to the loss as trained, at the same tokens: below zero it helps."""
    drawn = figure(
        words("attention.experiment.stretching_figure.title"),
        words("attention.experiment.long_figure.x", bucket=result.bucket),
        words("attention.experiment.stretching_figure.y"),
        height=420,
    )
    hover = words("attention.experiment.stretching_figure.hover")
    for run in result.runs:
        if run.scheme != "unscaled":
            _add_buckets(drawn, result, run.scheme, against_unscaled(result, run.scheme), hover, words)
    drawn.add_hline(
        y=0,
        line={"color": STYLES["unscaled"][0], "width": 2},
        annotation={"text": words("attention.experiment.rotation.unscaled"), "font": {"size": 12}},
        annotation_position="top left",
    )
    _finish(drawn, result, words)
    return drawn


def _add_buckets(
    drawn: go.Figure,
    result: LongContextResult,
    scheme: str,
    values: Sequence[float],
    hover: str,
    words: Words,
) -> None:
    colour, dash, symbol = STYLES[scheme]
    first = SCHEMES.index(scheme)  # symbols of lines that lie on one another must not hide each other
    marked = [place % MARKER_EVERY == first % MARKER_EVERY for place in range(len(values))]
    drawn.add_scatter(
        x=[(place + 1) * result.bucket for place in range(len(values))],
        y=list(values),
        mode="lines+markers",
        name=words(f"attention.experiment.rotation.{scheme}"),
        line={"color": colour, "dash": dash, "width": 2},
        marker={"symbol": symbol, "color": colour, "size": [8 if shown else 0.1 for shown in marked]},
        hovertemplate=hover + "<extra>%{fullData.name}</extra>",
    )


def _finish(drawn: go.Figure, result: LongContextResult, words: Words) -> None:
    """Mark the trained length where the text is longer, and put the legend below."""
    if result.length > result.context:
        label = words("attention.experiment.long_figure.trained", context=result.context)
        mark_trained(drawn, result.context, label)
    drawn.update_xaxes(range=[0, result.length * 1.02])
    legend_below(drawn)


def far_figure(results: Sequence[FarContext], words: Words) -> go.Figure:
    """Loss of the second half of a passage against the gap in front of it; the line is without the first."""
    first = results[0]
    drawn = figure(
        words("attention.experiment.far_figure.title"),
        words("attention.experiment.far_figure.x"),
        words("attention.experiment.far_figure.y"),
        height=400,
    )
    for result in results:
        colour, dash, symbol = STYLES[result.scheme]
        drawn.add_scatter(
            x=list(result.gaps),
            y=list(result.losses),
            mode="lines+markers",
            name=words(f"attention.experiment.rotation.{result.scheme}"),
            line={"color": colour, "dash": dash, "width": 2},
            marker={"symbol": symbol, "color": colour, "size": 8},
            hovertemplate=words("attention.experiment.far_figure.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.add_hline(
        y=first.alone,
        line={"color": PALETTE.neutral, "dash": "dash", "width": 2},
        annotation={"text": words("attention.experiment.far_figure.alone"), "font": {"size": 12}},
        annotation_position="bottom right",
    )
    label = words("attention.experiment.long_figure.trained", context=first.context)
    mark_trained(drawn, first.context, label)
    drawn.update_xaxes(range=[-600, max(first.gaps) * 1.03])
    legend_below(drawn)
    return drawn
