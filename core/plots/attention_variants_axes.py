"""Tokens along an axis: by number, so that a token that occurs twice keeps both places."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.plots.token_label import token_label


def tokens_along_x(drawn: go.Figure, tokens: Sequence[str]) -> None:
    """Write the tokens below the axis, slanted so that they fit a telephone."""
    drawn.update_xaxes(
        tickvals=list(range(len(tokens))),
        ticktext=[token_label(token) for token in tokens],
        tickangle=-60,
        tickfont={"size": 11},
    )


def tokens_along_y(drawn: go.Figure, tokens: Sequence[str]) -> None:
    """Write the tokens beside the axis, the first on top."""
    drawn.update_yaxes(
        tickvals=list(range(len(tokens))),
        ticktext=[token_label(token) for token in tokens],
        tickfont={"size": 11},
        autorange="reversed",
    )
