"""The confusion matrix as one heat map, its filled cells to be clicked."""

import numpy as np
import plotly.graph_objects as go

from core.classification.metrics.confusion import Confusion, Share, shares
from core.plots.classification_label import class_label
from core.plots.theme import PALETTE, figure
from core.wording import Words

MOST_MARKS = 1500
"""Cells that can be clicked, the fullest; the others are reached from the lists beside the figure."""
MOST_NUMBERS = 22
"""Classes up to which the cells hold their number."""
MOST_NAMES = 100
"""Classes up to which the rows hold their name."""


def confusion_figure(found: Confusion, share: Share, chosen: tuple[str, str] | None, t: Words) -> go.Figure:
    """Rows are labels, columns are predictions; the chosen (label, prediction) is framed.

    The colour goes with the square root, so that a few errors show beside many right answers.
    """
    table = np.asarray(shares(found, share), dtype=float)
    count = len(found.classes)
    drawn = figure(
        t("classification.report.matrix.title"),
        t("classification.report.matrix.x"),
        t("classification.report.matrix.y"),
        height=_height(count),
    )
    names = [class_label(name) for name in found.classes]
    drawn.add_heatmap(
        z=np.where(table > 0, np.sqrt(table), np.nan).astype(np.float32),
        colorscale=list(PALETTE.scale),
        zmin=0,
        zmax=float(np.sqrt(table.max())) or 1.0,
        showscale=False,
        hoverinfo="skip",
        text=_numbers(table, share) if count <= MOST_NUMBERS else None,
        texttemplate="%{text}" if count <= MOST_NUMBERS else None,
        xgap=1 if count <= 60 else 0,
        ygap=1 if count <= 60 else 0,
    )
    _add_marks(drawn, found, shares(found, "wanted"), names, t)
    _name_axes(drawn, names)
    if chosen is not None and set(chosen) <= set(found.classes):
        row, column = (found.classes.index(name) for name in chosen)
        drawn.add_shape(
            type="rect",
            x0=column - 0.5,
            x1=column + 0.5,
            y0=row - 0.5,
            y1=row + 0.5,
            line={"color": PALETTE.bad, "width": 3},
        )
    drawn.update_layout(hovermode="closest", clickmode="event+select", dragmode=False)
    return drawn


def _height(count: int) -> int:
    return min(1250, max(360, 150 + count * (26 if count <= MOST_NUMBERS else 13)))


def _numbers(table: np.ndarray, share: Share) -> list[list[str]]:
    if share == "counts":
        return [[f"{cell:.0f}" if cell else "" for cell in row] for row in table]
    return [[f"{cell:.0%}" if cell else "" for cell in row] for row in table]


def _add_marks(drawn: go.Figure, found: Confusion, of_row: np.ndarray, names: list[str], t: Words) -> None:
    filled = np.argwhere(found.counts > 0)
    fullest = np.argsort(-found.counts[found.counts > 0], kind="stable")[:MOST_MARKS]
    cells = [(int(row), int(column)) for row, column in filled[fullest]]
    drawn.add_scatter(
        x=[column for _, column in cells],
        y=[row for row, _ in cells],
        mode="markers",
        marker={"size": 18 if len(names) <= 40 else 9, "opacity": 0, "symbol": "square"},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[
            (
                names[row],
                names[column],
                int(found.counts[row, column]),
                float(of_row[row, column]),
                row,
                column,
            )
            for row, column in cells
        ],
        hovertemplate=t("classification.report.matrix.hover") + "<extra></extra>",
        showlegend=False,
        name="",
    )


def _name_axes(drawn: go.Figure, names: list[str]) -> None:
    count = len(names)
    numbers = list(range(count))
    short = [class_label(name, 14) for name in names] if count > MOST_NUMBERS else names
    named = {"tickvals": numbers, "ticktext": short} if count <= MOST_NAMES else {"showticklabels": False}
    size = {"tickfont": {"size": 12 if count <= MOST_NUMBERS else 9}}
    drawn.update_yaxes(range=[count - 0.5, -0.5], showgrid=False, zeroline=False, **named, **size)
    across = named if count <= MOST_NUMBERS else {"showticklabels": False}
    drawn.update_xaxes(
        range=[-0.5, count - 0.5], showgrid=False, zeroline=False, tickangle=-60, **across, **size
    )
