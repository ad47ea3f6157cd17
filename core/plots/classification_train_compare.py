"""Methods side by side: accuracy with its interval, and accuracy against what the training cost."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from core.classification.training_record import TrainingRecord
from core.plots.classification_label import class_label
from core.plots.theme import PALETTE, figure
from core.wording import Words

LEAST_SECONDS = 0.001
"""A training without one lies here: the axis is logarithmic."""


def accuracy_figure(points: Sequence[tuple[str, TrainingRecord]], words: Words) -> go.Figure:
    """One line a method: its accuracy as a dot, its 95% bootstrap interval as a bar.

    Args:
        points: (name, record) of measured methods, the best first.
        words: the reader's wording.
    """
    drawn = figure(
        words("classification.train.figure.accuracy"),
        words("classification.train.figure.percent"),
        "",
        height=130 + 42 * len(points),
    )
    measured = [(class_label(name), record.scores) for name, record in points if record.scores]
    drawn.add_scatter(
        x=[100 * found.accuracy for _, found in measured],
        y=[name for name, _ in measured],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * (found.accuracy_high - found.accuracy) for _, found in measured],
            "arrayminus": [100 * (found.accuracy - found.accuracy_low) for _, found in measured],
            "thickness": 2,
            "width": 6,
        },
        mode="markers",
        marker={"size": 11, "color": PALETTE.accent},
        customdata=[[100 * found.accuracy_low, 100 * found.accuracy_high] for _, found in measured],
        hovertemplate=words("classification.train.figure.accuracy_hover") + "<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(range=[0, 102])
    return drawn


def cost_figure(points: Sequence[tuple[str, TrainingRecord]], words: Words) -> go.Figure:
    """Accuracy against seconds of training, each method a marker with its name.

    Args:
        points: (name, record) of measured methods, at least one.
        words: the reader's wording.
    """
    drawn = figure(
        words("classification.train.figure.cost"),
        words("classification.train.figure.seconds"),
        words("classification.train.figure.percent"),
        height=420,
    )
    costs = [math.log10(max(record.seconds, LEAST_SECONDS)) for _, record in points]
    low, high = min(costs), max(costs)
    for place, (name, record) in enumerate(points):
        if record.scores is None:
            continue
        left = costs[place] <= (low + high) / 2
        style = place % len(PALETTE.series)
        drawn.add_scatter(
            x=[max(record.seconds, LEAST_SECONDS)],
            y=[100 * record.scores.accuracy],
            mode="markers+text",
            text=[f" {class_label(name)} "],
            textposition="middle right" if left else "middle left",
            name=class_label(name),
            marker={"symbol": PALETTE.symbols[style], "size": 13, "color": PALETTE.series[style]},
            hovertemplate=words("classification.train.figure.cost_hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(type="log", dtick=1, range=[low - 0.3, high + 0.3])
    drawn.update_yaxes(range=[-6, 104])
    drawn.update_layout(showlegend=False)
    return drawn
