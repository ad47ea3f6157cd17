"""The position experiment as figures: training loss by scheme, and loss far beyond the trained length."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.attention.schemes.progress import run_and_step
from core.attention.schemes.result import SchemesResult, curve_of, positions_of
from core.attention.schemes.settings import SCHEMES, Parameters
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.spread import Spread
from core.wording import Words

STYLES = {
    scheme: (PALETTE.series[place], PALETTE.dashes[place], PALETTE.symbols[place])
    for place, scheme in enumerate(SCHEMES)
}
"""Colour, dash and symbol of each scheme, the same in every figure."""


def training_figure(result: SchemesResult, words: Words) -> go.Figure:
    """Training loss against steps: mean over the seeds, the range as a band where there are several."""
    drawn = figure(
        words("attention.experiment.training_figure.title"),
        words("attention.experiment.training_figure.x"),
        words("attention.experiment.training_figure.y"),
        height=400,
    )
    for scheme in result.schemes:
        curve = curve_of(result, scheme)
        steps = [(place + 1) * result.steps_a_point for place in range(len(curve))]
        _add_line(drawn, scheme, steps, curve, words, "attention.experiment.training_figure.hover")
    drawn.update_yaxes(range=_where_they_part(result))
    legend_below(drawn)
    return drawn


def _where_they_part(result: SchemesResult) -> list[float]:
    """The losses of the last five sixths of the training: in the first all schemes fall alike, far above."""
    late = [
        value
        for scheme in result.schemes
        for value in curve_of(result, scheme)[len(result.runs[0].curve) // 6 :]
    ]
    low, high = min(value.low for value in late), max(value.high for value in late)
    return [low - 0.05 * (high - low), high + 0.05 * (high - low)]


def position_figure(result: SchemesResult, words: Words) -> go.Figure:
    """Held-out loss against position in training lengths; the trained length is shaded and marked."""
    drawn = figure(
        words("attention.experiment.position_figure.title"),
        words("attention.experiment.position_figure.x"),
        words("attention.experiment.position_figure.y"),
        height=460,
    )
    length = result.training_length
    for scheme in result.schemes:
        places = positions_of(result, scheme)
        ends = [(place + 1) * length for place in range(len(places))]
        _add_line(drawn, scheme, ends, places, words, "attention.experiment.position_figure.hover")
        if len(places) == 1:
            _say_where_it_ends(drawn, scheme, ends[0], places[0].mean, words)
    mark_trained(drawn, length, words("attention.experiment.position_figure.trained", length=length))
    longest = length * max(len(positions_of(result, scheme)) for scheme in result.schemes)
    drawn.update_xaxes(
        range=[0, longest * 1.03],
        tickvals=[length, *(share * longest // 4 for share in range(1, 5))],
    )
    legend_below(drawn)
    return drawn


def _add_line(
    drawn: go.Figure, scheme: str, x: Sequence[float], values: Sequence[Spread], words: Words, hover: str
) -> None:
    """Mean as a line with symbols; the range over the seeds as a band behind it."""
    colour, dash, symbol = STYLES[scheme]
    name = words(f"attention.experiment.scheme.{scheme}")
    if len(values) > 1 and any(value.high > value.low for value in values):
        drawn.add_scatter(
            x=[*x, *reversed(x)],
            y=[*(value.high for value in values), *(value.low for value in reversed(values))],
            fill="toself",
            fillcolor=faint(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=scheme,
        )
    drawn.add_scatter(
        x=list(x),
        y=[value.mean for value in values],
        customdata=[[value.low, value.high] for value in values],
        mode="lines+markers",
        name=name,
        legendgroup=scheme,
        line={"color": colour, "dash": dash, "width": 2},
        marker={"symbol": symbol, "size": 7 if len(values) > 1 else 13, "color": colour},
        hovertemplate=words(hover) + "<extra>%{fullData.name}</extra>",
    )


def faint(colour: str) -> str:
    """`#rrggbb` as a translucent fill."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.16)"


def _say_where_it_ends(drawn: go.Figure, scheme: str, x: float, y: float, words: Words) -> None:
    drawn.add_annotation(
        x=x,
        y=y,
        text=words(f"attention.experiment.position_figure.ends.{scheme}"),
        showarrow=True,
        arrowhead=2,
        arrowcolor=STYLES[scheme][0],
        ax=60,
        ay=-78,
        xanchor="left",
        font={"color": STYLES[scheme][0], "size": 12},
    )


def mark_trained(drawn: go.Figure, length: float, label: str) -> None:
    """Shade the positions of the training and mark where they end."""
    drawn.add_vrect(x0=0, x1=length, fillcolor=PALETTE.neutral, opacity=0.16, line_width=0, layer="below")
    drawn.add_vline(x=length, line={"color": PALETTE.neutral, "dash": "dot", "width": 2})
    drawn.add_annotation(
        x=length,
        y=1,
        yref="paper",
        text=label,
        showarrow=False,
        xanchor="left",
        xshift=5,
        yanchor="top",
        font={"size": 12},
    )


def live_figure(
    curves: Mapping[str, Sequence[tuple[float, float]]], parameters: Parameters, words: Words
) -> go.Figure:
    """The losses that a running job has reported so far, each training from its own first step.

    Args:
        curves: scheme -> (progress of the whole job, loss), one seed behind the other.
        parameters: of the job.
        words: the reader's wording.
    """
    drawn = figure(
        words("attention.experiment.live.title"),
        words("attention.experiment.training_figure.x"),
        words("attention.experiment.training_figure.y"),
        height=340,
    )
    for scheme in (scheme for scheme in SCHEMES if curves.get(scheme)):
        placed = [(*run_and_step(done, parameters), loss) for done, loss in curves[scheme]]
        runs = sorted({run for run, _, _ in placed})
        colour, dash, symbol = STYLES[scheme]
        for run in runs:
            drawn.add_scatter(
                x=[step for own, step, _ in placed if own == run],
                y=[loss for own, _, loss in placed if own == run],
                mode="lines+markers",
                name=words(f"attention.experiment.scheme.{scheme}"),
                legendgroup=scheme,
                showlegend=run == runs[0],
                line={"color": colour, "dash": dash, "width": 2},
                marker={"symbol": symbol, "size": 6, "color": colour},
                hovertemplate="%{y:.3f}<extra>%{fullData.name}</extra>",
            )
    drawn.update_xaxes(range=[0, parameters.steps])
    legend_below(drawn)
    return drawn
