"""Soft and hard attention: where each looks, what moving a score does, the whole model's loss."""

from collections.abc import Sequence

import plotly.graph_objects as go
from torch import Tensor

from core.attention.soft_and_hard import Choice, TemperatureLoss
from core.plots.attention_variants_axes import tokens_along_x
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

WAYS = ("soft", "drawn", "hard")
PATTERNS = ("", "/", "x")


def choice_figure(choice: Choice, tokens: Sequence[str], words: Words) -> go.Figure:
    """The share of each position, three ways, as bars side by side."""
    return _by_position((choice.soft, choice.drawn, choice.hard), tokens, "weights", words)


def gradient_figure(choice: Choice, tokens: Sequence[str], words: Words) -> go.Figure:
    """How the output changes with each score, three ways."""
    gradients = (choice.soft_gradient, choice.drawn_gradient, choice.hard_gradient)
    return _by_position(gradients, tokens, "gradient", words)


def _by_position(numbers: Sequence[Tensor], tokens: Sequence[str], kind: str, words: Words) -> go.Figure:
    key = "attention.variants.soft"
    drawn = figure(words(f"{key}.{kind}.title"), words(f"{key}.position"), words(f"{key}.{kind}.y"), 360)
    for place, (way, values) in enumerate(zip(WAYS, numbers, strict=True)):
        drawn.add_bar(
            x=list(range(len(tokens))),
            y=values.tolist(),
            name=words(f"{key}.way.{way}"),
            marker={"color": PALETTE.series[place], "pattern": {"shape": PATTERNS[place]}},
            customdata=list(tokens),
            hovertemplate="%{customdata}: %{y:.4f}<extra>%{fullData.name}</extra>",
        )
    tokens_along_x(drawn, tokens)
    legend_below(drawn)
    return drawn


def temperature_figure(losses: Sequence[TemperatureLoss], words: Words) -> go.Figure:
    """The model's loss by temperature; the argmax stands first."""
    key = "attention.variants.soft.loss"
    drawn = figure(words(f"{key}.title"), words(f"{key}.x"), words(f"{key}.y"), 320)
    names = [
        words(f"{key}.argmax") if each.temperature is None else f"{each.temperature:g}" for each in losses
    ]
    drawn.add_scatter(
        x=names,
        y=[each.loss for each in losses],
        mode="lines+markers+text",
        text=[f"{each.loss:.2f}" for each in losses],
        textposition="top center",
        cliponaxis=False,
        line={"color": PALETTE.accent},
        marker={"size": 9},
        hovertemplate="%{x}: %{y:.3f}<extra></extra>",
    )
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(rangemode="tozero", range=[0, 1.15 * max(each.loss for each in losses)])
    return drawn
