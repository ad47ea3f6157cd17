"""What beam width and length penalty do to one sentence, and what else a model could have written."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.plots.translation_translate_alignment import shown_token
from core.translation.explain import WidthFound
from core.translation.follow import OpenedToken
from core.translation.penalty import PenaltyCurves
from core.wording import Words

MOST_CURVES = 10


def penalty_figure(curves: PenaltyCurves, lengths: Sequence[int], alpha: float, words: Words) -> go.Figure:
    """How far each translation lies behind the leader as the penalty grows; a line marks `alpha`.

    Args:
        lengths: tokens of each translation, the end mark included.
    """
    drawing = figure(
        words("translation.translate.penalty.title"),
        words("translation.translate.penalty.x"),
        words("translation.translate.penalty.y"),
        height=440,
    )
    rows = list(zip(curves.behind, curves.scores, lengths, strict=True))[:MOST_CURVES]
    for number, (behind, scores, length) in enumerate(rows):
        look = number % len(PALETTE.series)
        dash = (number + number // len(PALETTE.series)) % len(PALETTE.dashes)  # no two lines are alike
        drawing.add_scatter(
            x=curves.alphas,
            y=behind,
            customdata=scores,
            mode="lines",
            line={"color": PALETTE.series[look], "dash": PALETTE.dashes[dash], "width": 3},
            name=words("translation.translate.penalty.name", number=number + 1, length=length),
            hovertemplate=words("translation.translate.penalty.hover", number=number + 1) + "<extra></extra>",
        )
    for change in curves.changes:
        drawing.add_scatter(
            x=[change],
            y=[0],
            mode="markers",
            marker={"symbol": "triangle-down", "size": 14, "color": PALETTE.bad},
            hoverinfo="skip",
            showlegend=False,
        )
    drawing.add_vline(x=alpha, line={"color": PALETTE.bad, "dash": "dash", "width": 2})
    drawing.update_layout(legend={"y": -0.22, "yanchor": "top"}, margin={"b": 90})
    return drawing


def width_figure(found: Sequence[WidthFound], words: Words) -> go.Figure:
    """The log-probability of the likeliest translation that each width finds, and its length."""
    drawing = figure(
        words("translation.translate.width.title"),
        words("translation.translate.width.x"),
        words("translation.translate.width.y"),
        height=360,
    )
    drawing.add_scatter(
        x=[str(one.width) for one in found],
        y=[one.log_probability for one in found],
        mode="lines+markers+text",
        line={"color": PALETTE.accent, "shape": "hv"},
        marker={"size": 10},
        text=[str(one.length) for one in found],
        textposition="bottom center",
        cliponaxis=False,
        hovertemplate=words("translation.translate.width.hover") + "<extra></extra>",
    )
    lowest, highest = (pick(one.log_probability for one in found) for pick in (min, max))
    room = max(0.3, 0.25 * (highest - lowest))
    drawing.update_yaxes(range=[lowest - room, highest + room / 2])
    drawing.update_xaxes(type="category")
    return drawing


def alternatives_figure(token: OpenedToken, words: Words) -> go.Figure:
    """The likeliest tokens at one place; the one that was written is marked by colour and a star."""
    rows = [(other.token, other.probability) for other in token.alternatives]
    if token.token not in {name for name, _ in rows}:
        rows.append((token.token, token.probability))
    names = [token_label(shown_token(name)) + (" ★" if name == token.token else "") for name, _ in rows]
    drawing = figure(
        words("translation.translate.alternatives.title"),
        words("translation.translate.alternatives.x"),
        words("translation.translate.alternatives.y"),
        height=130 + 32 * len(rows),
    )
    drawing.add_bar(
        x=[chance for _, chance in rows],
        y=list(range(len(rows))),
        orientation="h",
        marker={"color": [PALETTE.accent if name == token.token else PALETTE.neutral for name, _ in rows]},
        text=[f"{chance:.1%}" for _, chance in rows],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawing.update_yaxes(tickvals=list(range(len(rows))), ticktext=names, autorange="reversed")
    drawing.update_xaxes(range=[0, 1.15], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    return drawing
