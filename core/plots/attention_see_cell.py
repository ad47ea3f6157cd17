"""The arithmetic of one cell: the two vectors and their products, the row's softmax, the weighted sum."""

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
import torch

from core.attention.cell_arithmetic import CellArithmetic
from core.plots.theme import figure
from core.plots.token_label import token_label

Words = Callable[..., str]

DIVERGING = ("#b35806", "#f1a340", "#f7f3ea", "#6a8d92", "#0a4a57")
"""Negative to positive."""
MOST_VALUES = 6
"""Weighted values drawn one by one; the rest is added up."""


def product_figure(cell: CellArithmetic, tokens: Sequence[str], t: Words) -> go.Figure:
    """q, k and their products dimension by dimension; the products' sum is the dot product."""
    rows = [cell.query, cell.key, cell.terms]
    names = [
        t("attention.see.cell.query", token=token_label(tokens[cell.row])),
        t("attention.see.cell.key", token=token_label(tokens[cell.column])),
        t("attention.see.cell.terms"),
    ]
    return _strips(rows, names, t("attention.see.cell.product_title"), t, together=False)


def value_figure(cell: CellArithmetic, tokens: Sequence[str], t: Words) -> go.Figure:
    """The largest weighted values, what all others add, and the sum: the head's output for the row."""
    contributions = cell.contributions
    largest = contributions.norm(dim=-1).argsort(descending=True)[:MOST_VALUES].tolist()
    others = [place for place in range(len(tokens)) if place not in largest]
    rows = [contributions[place] for place in largest]
    names = [f"{cell.weights[place]:.3f} × v({token_label(tokens[place])})" for place in largest]
    if others:
        rows.append(contributions[others].sum(0))
        names.append(t("attention.see.cell.others", count=len(others)))
    return _strips(
        [*rows, cell.output],
        [*names, t("attention.see.cell.output")],
        t("attention.see.cell.value_title"),
        t,
        together=True,
    )


def _strips(
    rows: Sequence[torch.Tensor], names: Sequence[str], title: str, t: Words, together: bool
) -> go.Figure:
    """Vectors as strips of colour, all on one scale, or each by its own largest number."""
    table = torch.stack(list(rows)).numpy()
    sizes = np.abs(table)
    largest = np.maximum(sizes.max() if together else sizes.max(1, keepdims=True), 1e-9)
    drawing = figure(title, t("attention.see.cell.dimension"), "", height=130 + 34 * len(rows))
    drawing.add_heatmap(
        z=(table / largest).astype(np.float32),
        customdata=table.astype(np.float32),
        text=[[name] * table.shape[1] for name in names],
        colorscale=list(DIVERGING),
        zmin=-1,
        zmax=1,
        ygap=4,
        showscale=False,
        hovertemplate=t("attention.see.cell.strip_hover") + "<extra></extra>",
    )
    drawing.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickfont={"size": 12},
        tickvals=list(range(len(names))),
        ticktext=[f"{name} " for name in names],
    )
    drawing.update_xaxes(showgrid=False)
    return drawing


def row_table(cell: CellArithmetic, tokens: Sequence[str], t: Words) -> list[dict[str, object]]:
    """The whole softmax of the row: one line for each token looked at."""
    names = [t(f"attention.see.cell.header.{name}") for name in ROW_COLUMNS]
    moved = cell.contributions.norm(dim=-1)
    lines = zip(
        range(1, len(tokens) + 1),
        tokens,
        _rounded(cell.products, 4),
        _rounded(cell.scaled, 4),
        [
            t("attention.see.cell.seen" if may else "attention.see.cell.masked")
            for may in cell.allowed.tolist()
        ],
        _rounded(cell.exponentials, 6),
        _rounded(cell.weights, 6),
        _rounded(moved, 4),
        strict=True,
    )
    return [dict(zip(names, line, strict=True)) for line in lines]


def _rounded(numbers: torch.Tensor, digits: int) -> list[float]:
    return [round(number, digits) for number in numbers.tolist()]


ROW_COLUMNS = ("place", "token", "product", "scaled", "mask", "exponential", "weight", "moved")


def terms_in_words(cell: CellArithmetic, shown: int = 3) -> str:
    """The dot product written out as a formula: the first and the last of its terms, and the sum."""
    pairs = list(zip(cell.query.tolist(), cell.key.tolist(), strict=True))
    factors = [rf"({q:.2f})({k:.2f})" for q, k in (*pairs[:shown], pairs[-1])]
    return " + ".join(factors[:shown]) + r" + \dots + " + factors[-1]


def values_in_words(cell: CellArithmetic, shown: int = 3) -> str:
    """The first number of the output written out: the largest weighted values, and what the rest adds."""
    parts = cell.contributions[:, 0]
    order = parts.abs().argsort(descending=True)[:shown].tolist()
    terms = [rf"{cell.weights[place]:.3f}\cdot({cell.values[place, 0]:.3f})" for place in order]
    rest = (cell.output[0] - sum(parts[place] for place in order)).item()
    return " + ".join(terms) + rf" + ({rest:.3f})"
