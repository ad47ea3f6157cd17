"""What switching a part off did: the next token before and after, each token's loss, the head's picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

if TYPE_CHECKING:
    from torch import Tensor

    from core.attention.effects import LanguageEffect

MOST_LABELS = 24
"""Tokens up to which each is named on an axis."""


def next_token_figure(effect: "LanguageEffect", place: int, t: Words) -> go.Figure:
    """Bars in pairs: the likeliest tokens after position `place`, before and after the removal."""
    candidates = effect.candidates[place]
    names = [token_label(candidate.token) for candidate in candidates]
    places = list(range(len(names)))
    drawn = figure(
        t("attention.matter.next.title"),
        t("attention.matter.next.x"),
        t("attention.matter.next.y"),
        height=150 + 36 * len(names),
    )
    series = (
        ("before", [c.before for c in candidates], PALETTE.neutral, ""),
        ("after", [c.after for c in candidates], PALETTE.accent, "/"),
    )
    for name, values, colour, pattern in series:
        drawn.add_bar(
            x=[100 * value for value in values],
            y=places,
            orientation="h",
            name=t(f"attention.matter.{name}"),
            marker={"color": colour, "pattern": {"shape": pattern}},
            customdata=names,
            hovertemplate="%{customdata}: %{x:.3g}%<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(tickvals=places, ticktext=names, range=[len(names) - 0.5, -0.5])
    drawn.update_xaxes(rangemode="tozero", ticksuffix="%")
    drawn.update_layout(barmode="group")
    legend_below(drawn)
    return drawn


def token_change_figure(tokens: Sequence[str], changes: Sequence[float], kind: str, t: Words) -> go.Figure:
    """One bar a token: how much harder it became to predict, or how far its vector turned.

    Args:
        tokens: the text of each.
        changes: one value a token; upwards is worse.
        kind: "loss" or "vector", which names the axis.
        t: the reader's wording.
    """
    labels = [token_label(token) for token in tokens]
    places = list(range(len(labels)))
    drawn = figure(
        t(f"attention.matter.tokens.{kind}.title"),
        t("attention.matter.tokens.x"),
        t(f"attention.matter.tokens.{kind}.y"),
        height=340,
    )
    drawn.add_bar(
        x=places,
        y=list(changes),
        marker={
            "color": [PALETTE.bad if change > 0 else PALETTE.good for change in changes],
            "pattern": {"shape": ["" if change > 0 else "/" for change in changes]},
        },
        customdata=labels,
        hovertemplate="%{customdata}: %{y:+.3f}<extra></extra>",
    )
    _name_places(drawn, labels)
    return drawn


def picture_figure(tokens: Sequence[str], weights: "Tensor", title: str, causal: bool, t: Words) -> go.Figure:
    """The attention map of one head, small: rows look, columns are looked at.

    Args:
        tokens: the text of each.
        weights: (n, n), rows sum to one.
        title: of the figure.
        causal: whether what lies right of the diagonal is masked, and left empty.
        t: the reader's wording.
    """
    count = len(tokens)
    labels = [token_label(token) for token in tokens]
    table = weights.numpy().astype(float)
    shown = np.where(np.tri(count, dtype=bool), table, np.nan) if causal else table
    drawn = figure(title, t("attention.matter.picture.x"), t("attention.matter.picture.y"), height=460)
    levels = (0.0, 0.1, 0.25, 0.5, 1.0)
    drawn.add_heatmap(
        z=np.sqrt(shown),
        x=list(range(count)),
        y=list(range(count)),
        customdata=np.dstack(
            [np.tile(labels, (count, 1)).T, np.tile(labels, (count, 1)), np.round(shown, 3).astype(object)]
        ),
        zmin=0,
        zmax=1,
        colorscale=list(PALETTE.scale),
        colorbar={
            "title": {"text": t("attention.matter.picture.scale"), "side": "right"},
            "tickvals": [level**0.5 for level in levels],
            "ticktext": [f"{level:g}" for level in levels],
            "thickness": 12,
        },
        hoverongaps=False,
        hovertemplate="%{customdata[0]} → %{customdata[1]}: %{customdata[2]}<extra></extra>",
    )
    _name_places(drawn, labels)
    every = -(-count // MOST_LABELS)
    drawn.update_yaxes(
        tickvals=list(range(0, count, every)),
        ticktext=labels[::every],
        range=[count - 0.5, -0.5],
        showgrid=False,
        tickfont={"size": 11},
    )
    drawn.update_xaxes(showgrid=False)
    return drawn


def _name_places(drawn: go.Figure, labels: Sequence[str]) -> None:
    every = -(-len(labels) // MOST_LABELS)
    drawn.update_xaxes(
        tickvals=list(range(0, len(labels), every)),
        ticktext=list(labels[::every]),
        tickangle=-60,
        range=[-0.5, len(labels) - 0.5],
        tickfont={"size": 11},
    )
