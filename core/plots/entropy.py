"""Entropy and probability along a generated text, with the place where its loop begins."""

import plotly.graph_objects as go

from core.decoding.loops import Loop
from core.decoding.result import Generation
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

MOST_MARKERS = 120
"""Longer texts are drawn as lines alone."""


def entropy_figure(generation: Generation, loop: Loop | None, words: Words) -> go.Figure:
    """Two panels over one axis: the model's entropy at each token, and the chosen token's probability."""
    drawn = figure(
        words("decoding.measures.along.title"),
        words("decoding.measures.along.position"),
        words("decoding.measures.along.entropy"),
        height=460,
    )
    steps = generation.steps
    positions = list(range(1, len(steps) + 1))
    texts = generation.token_texts or ("",) * len(steps)
    hover = [
        words("decoding.measures.along.hover", position=position, text=token_label(text))
        for position, text in zip(positions, texts, strict=True)
    ]
    panels = (
        ("entropy", [step.entropy for step in steps], "y", PALETTE.series[0], "solid", "circle"),
        ("probability", [step.probability for step in steps], "y2", PALETTE.series[1], "dash", "square"),
    )
    for name, values, axis, colour, dash, symbol in panels:
        drawn.add_scatter(
            x=positions,
            y=values,
            yaxis=axis,
            name=words(f"decoding.measures.along.{name}"),
            mode="lines+markers" if len(steps) <= MOST_MARKERS else "lines",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"symbol": symbol, "size": 5},
            hovertext=hover,
            hovertemplate="%{hovertext}<br>%{y:.3f}<extra>%{fullData.name}</extra>",
        )
    probability_axis = {
        "title": {"text": words("decoding.measures.along.probability")},
        "domain": [0, 0.44],
        "range": [-0.03, 1.03],
        "gridcolor": drawn.layout.yaxis.gridcolor,
        "automargin": True,
    }
    drawn.update_layout(
        yaxis={"domain": [0.56, 1], "rangemode": "tozero"}, yaxis2=probability_axis, showlegend=False
    )
    drawn.update_layout(xaxis={"anchor": "y2", "range": [0.5, len(steps) + 0.5]})
    if loop:
        _mark_loop(drawn, loop, len(steps), words)
    return drawn


def _mark_loop(drawn: go.Figure, loop: Loop, length: int, words: Words) -> None:
    start = loop.onset + 0.5  # positions count from 1, the onset from 0; the line stands before its token
    drawn.add_shape(
        type="rect",
        x0=start,
        x1=length + 0.5,
        y0=0,
        y1=1,
        yref="paper",
        line_width=0,
        fillcolor=PALETTE.bad,
        opacity=0.1,
    )
    drawn.add_shape(
        type="line", x0=start, x1=start, y0=0, y1=1, yref="paper", line={"color": PALETTE.bad, "dash": "dot"}
    )
    late = loop.onset > length / 2
    drawn.add_annotation(
        x=start,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="right" if late else "left",
        text=words("decoding.measures.along.loop", period=loop.period, repeats=loop.repeats),
        showarrow=False,
    )
