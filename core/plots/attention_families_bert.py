"""BERT's input vectors, its masking rule and what a longer text does to earlier words."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.families.appended import Appended
from core.attention.families.bert_embeddings import BertInput
from core.attention.families.masked_language_model import Masked
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

Row = dict[str, object]
PARTS = ("token", "position", "segment", "summed")
FIRST_NUMBERS = 4


def lengths_figure(result: BertInput, words: Words) -> go.Figure:
    """The length of each token's three vectors and of their sum."""
    drawn = figure(
        words("attention.families.bert.lengths"),
        words("attention.families.bert.x"),
        words("attention.families.bert.y"),
    )
    places = list(range(len(result.tokens)))
    for number, (part, lengths) in enumerate(result.lengths().items()):
        drawn.add_scatter(
            x=places,
            y=lengths,
            mode="lines+markers",
            name=words(f"attention.families.bert.{part}"),
            line={"color": PALETTE.series[number], "dash": PALETTE.dashes[number]},
            marker={"symbol": PALETTE.symbols[number], "size": 8},
            hovertemplate="%{y:.2f}",
        )
    _token_axis(drawn, result.tokens)
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_layout(hovermode="x unified")
    return drawn


def sum_rows(result: BertInput, place: int, words: Words) -> list[Row]:
    """The first numbers of one token's vectors, their sum, and the sum after LayerNorm."""
    vectors = {part: getattr(result, part)[place].tolist() for part in (*PARTS, "normed")}
    return [
        {
            words("attention.families.bert.vector"): words(f"attention.families.bert.{part}"),
            **{
                words("attention.families.bert.number", index=index + 1): round(vector[index], 4)
                for index in range(FIRST_NUMBERS)
            },
        }
        for part, vector in vectors.items()
    ]


def masked_rows(result: Masked, words: Words) -> list[Row]:
    """What BERT reads in place of each token, and what happened to it."""
    return [
        {
            words("attention.families.bert.original"): token,
            words("attention.families.bert.given"): given,
            words("attention.families.bert.fate"): words(f"attention.families.fate.{fate}"),
        }
        for token, given, fate in zip(result.tokens, result.inputs, result.fates, strict=True)
    ]


def changes_figure(result: Appended, model: str, words: Words) -> go.Figure:
    """How far each earlier token's last vector moved; `model` is `minilm` or `smollm`."""
    drawn = figure(
        words(f"attention.families.bert.{model}"),
        words("attention.families.bert.x"),
        words("attention.families.bert.changes_y"),
        height=340,
    )
    changes = [100 * change for change in result.changes]
    drawn.add_bar(
        x=list(range(len(changes))),
        y=changes,
        marker={"color": PALETTE.accent},
        text=[f"{change:.0f}" for change in changes],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{y:.4f}%<extra></extra>",
    )
    _token_axis(drawn, result.tokens)
    drawn.update_yaxes(range=[0, max(110.0, 1.15 * max(changes))])
    return drawn


def _token_axis(drawn: go.Figure, tokens: Sequence[str]) -> None:
    drawn.update_xaxes(
        tickvals=list(range(len(tokens))),
        ticktext=[token_label(token) for token in tokens],
        tickangle=-60,
        tickfont={"size": 11},
    )
