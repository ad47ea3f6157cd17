"""What several models say of one text, as one heat map: classes down, models across."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.plots.classification_label import class_label
from core.plots.theme import PALETTE, figure
from core.wording import Words

MOST_CLASSES = 12


def answers_figure(answers: Sequence[tuple[str, tuple[str, ...], np.ndarray]], words: Words) -> go.Figure:
    """The classes that any model thinks likely, with each model's probability in percent.

    Args:
        answers: (model, its classes, its probabilities (classes,)).
        words: the reader's wording.
    """
    tables = [dict(zip(classes, found.tolist(), strict=True)) for _, classes, found in answers]
    names = {name for table in tables for name in table}
    highest = sorted(names, key=lambda name: (-max(table.get(name, 0.0) for table in tables), name))
    shown = highest[:MOST_CLASSES]
    drawn = figure(words("classification.train.figure.answers"), "", "", height=190 + 26 * len(shown))
    drawn.add_heatmap(
        x=[class_label(name) for name, _, _ in answers],
        y=[class_label(name) for name in shown],
        z=[[100 * table.get(name, 0.0) for table in tables] for name in shown],
        zmin=0,
        zmax=100,
        colorscale=list(PALETTE.scale),
        texttemplate="%{z:.0f}",
        hovertemplate=words("classification.train.figure.answers_hover") + "<extra></extra>",
        colorbar={"title": {"text": "%"}, "thickness": 12},
        xgap=2,
        ygap=2,
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(type="category")
    return drawn
