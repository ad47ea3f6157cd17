"""Two meanings of a word through the layers, and what of a text has to be computed again when it grows."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.meanings import Separation
from core.attention.reuse import Growth
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words


def separation_figure(found: Separation, t: Words) -> go.Figure:
    """Mean cosine of two occurrences of the word by layer: same meaning, and different meanings."""
    drawn = figure(
        t("attention.matter.meanings.title", word=found.word),
        t("attention.matter.meanings.x"),
        t("attention.matter.meanings.y"),
        height=400,
    )
    series = (
        ("static", (1.0,) * len(found.within), PALETTE.neutral, "dot", "x"),
        ("within", found.within, PALETTE.accent, "solid", "circle"),
        ("across", found.across, PALETTE.bad, "dash", "square"),
    )
    for name, values, colour, dash, symbol in series:
        drawn.add_scatter(
            x=list(range(len(values))),
            y=list(values),
            mode="lines+markers",
            name=t(f"attention.matter.meanings.{name}"),
            line={"color": colour, "dash": dash},
            marker={"symbol": symbol, "size": 8},
            hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(dtick=1)
    legend_below(drawn)
    return drawn


def cosines_figure(found: Separation, sentences: Sequence[str], t: Words) -> go.Figure:
    """The cosine of every pair of occurrences in the last layer; a line parts the two meanings."""
    count = found.occurrences
    names = [f"{'A' if place < count / 2 else 'B'}{place % (count // 2) + 1}" for place in range(count)]
    drawn = figure(
        t("attention.matter.meanings.pairs"),
        t("attention.matter.meanings.occurrence"),
        t("attention.matter.meanings.occurrence"),
        height=400,
    )
    drawn.add_heatmap(
        z=[list(row) for row in found.cosines],
        x=list(range(count)),
        y=list(range(count)),
        customdata=[
            [f"{one}<br>{other}" for other in map(_line, sentences)] for one in map(_line, sentences)
        ],
        colorscale=list(PALETTE.scale),
        texttemplate="%{z:.2f}",
        textfont={"size": 11},
        xgap=1,
        ygap=1,
        hovertemplate="%{customdata}<br>%{z:.3f}<extra></extra>",
        colorbar={"title": {"text": t("attention.matter.meanings.y"), "side": "right"}, "thickness": 12},
    )
    middle, end = count / 2 - 0.5, count - 0.5
    for edge in (
        {"x0": middle, "x1": middle, "y0": -0.5, "y1": end},
        {"y0": middle, "y1": middle, "x0": -0.5, "x1": end},
    ):
        drawn.add_shape(type="line", line={"color": PALETTE.bad, "width": 2}, **edge)
    drawn.update_xaxes(tickvals=list(range(count)), ticktext=names, showgrid=False)
    drawn.update_yaxes(tickvals=list(range(count)), ticktext=names, range=[count - 0.5, -0.5], showgrid=False)
    return drawn


def _line(sentence: str) -> str:
    return sentence.replace("&", "&amp;").replace("<", "&lt;")


def growth_figure(grown: Growth, title: str, t: Words) -> go.Figure:
    """Layers by tokens: how far the last added token moved each vector; its own count as 1."""
    labels = [token_label(token) for token in grown.tokens]
    every = -(-len(labels) // 24)
    drawn = figure(title, t("attention.matter.reuse.x"), t("attention.matter.reuse.y"), height=380)
    drawn.add_heatmap(
        z=[list(row) for row in grown.changes],
        x=list(range(len(labels))),
        y=list(range(1, len(grown.changes) + 1)),
        customdata=[labels for _ in grown.changes],
        zmin=0,
        zmax=1,
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": t("attention.matter.reuse.scale"), "side": "right"}, "thickness": 12},
        hovertemplate=t("attention.matter.reuse.hover", name="%{customdata}", layer="%{y}", value="%{z:.3f}")
        + "<extra></extra>",
    )
    drawn.update_xaxes(
        tickvals=list(range(0, len(labels), every)), ticktext=labels[::every], tickangle=-60, showgrid=False
    )
    drawn.update_yaxes(showgrid=False)
    return drawn
