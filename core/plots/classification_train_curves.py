"""The losses of a training, step by step, on the rows that it learns from and on rows that it does not."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.classification.curves import CurvePoint
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

MOST_POINTS = 400
LINES = (("training_loss", 0), ("validation_loss", 1))


def curve_figure(points: Sequence[CurvePoint], method: str, epochs: bool, words: Words) -> go.Figure:
    """Training and validation loss, and where the validation loss was least.

    Args:
        points: of the training, steps rising.
        method: its name, for the title.
        epochs: whether the steps are epochs; else steps of a solver.
        words: the reader's wording.
    """
    drawn = figure(
        words("classification.train.figure.curves", method=method),
        words(f"classification.train.figure.{'epochs' if epochs else 'steps'}"),
        words("classification.train.figure.nats"),
    )
    _add_steps(drawn, points, words)
    for name, place in LINES:
        found = _thinned([(point.step, point.values[name]) for point in points if name in point.values])
        if not found:
            continue
        drawn.add_scatter(
            x=[step for step, _ in found],
            y=[value for _, value in found],
            mode="lines+markers" if len(found) <= 40 else "lines",
            name=words(f"classification.train.figure.{name}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2},
            marker={"symbol": PALETTE.symbols[place], "size": 6, "color": PALETTE.series[place]},
            hovertemplate="%{x:.4g}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    _mark_least(drawn, points, words)
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def _add_steps(drawn: go.Figure, points: Sequence[CurvePoint], words: Words) -> None:
    found = _thinned(
        [(point.step, point.values["step_loss"]) for point in points if "step_loss" in point.values]
    )
    if found:
        drawn.add_scatter(
            x=[step for step, _ in found],
            y=[value for _, value in found],
            mode="lines",
            name=words("classification.train.figure.step_loss"),
            line={"color": PALETTE.neutral, "width": 1},
            hovertemplate="%{x:.4g}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )


def _mark_least(drawn: go.Figure, points: Sequence[CurvePoint], words: Words) -> None:
    """A star where the validation loss was least: what comes after is over-fitting, if it rises."""
    measured = [point for point in points if "validation_loss" in point.values]
    if len(measured) < 2:
        return
    best = min(measured, key=lambda point: point.values["validation_loss"])
    drawn.add_scatter(
        x=[best.step],
        y=[best.values["validation_loss"]],
        mode="markers",
        name=words("classification.train.figure.least", loss=best.values["validation_loss"]),
        marker={"symbol": "star", "size": 14, "color": PALETTE.bad},
        hovertemplate="%{x:.4g}: %{y:.3f}<extra>%{fullData.name}</extra>",
    )


def _thinned(pairs: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most `MOST_POINTS`, the last among them."""
    step = max(1, len(pairs) // MOST_POINTS + 1)
    kept = list(pairs[::step])
    return kept if not pairs or kept[-1] == pairs[-1] else [*kept, pairs[-1]]
