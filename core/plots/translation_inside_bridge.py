"""What an encoder holds, what each source word is worth, and what long sentences do to each model."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

if TYPE_CHECKING:
    from core.translation.inside.bridge import Journey
    from core.translation.inside.by_length import Band

SHOWN = 64
"""Numbers of each state that are drawn."""
MODELS = ("lstm", "gru", "transformer")


def states_figure(journey: "Journey", t: Words) -> go.Figure:
    """The encoder's states as a heat map: a row a token in the order of reading, a column a number."""
    states = journey.states[:, :SHOWN].float()
    rows, columns = states.shape
    largest = float(states.abs().quantile(0.98)) or 1.0
    drawn = figure(
        t("translation.inside.states.title", shown=columns, width=journey.states.shape[1]),
        t("translation.inside.states.x"),
        t("translation.inside.states.y"),
        height=150 + 20 * rows,
    )
    labels = [token_label(token) for token in journey.source]
    drawn.add_heatmap(
        z=states.tolist(),
        customdata=[[label] * columns for label in labels],
        zmin=-largest,
        zmax=largest,
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": t("translation.inside.states.scale"), "side": "right"}, "thickness": 12},
        hovertemplate=t("translation.inside.states.hover") + "<extra></extra>",
    )
    drawn.update_yaxes(tickvals=list(range(rows)), ticktext=labels, range=[rows - 0.5, -0.5], showgrid=False)
    drawn.update_xaxes(showgrid=False)
    if journey.architecture == "lstm":
        drawn.add_hrect(
            y0=rows - 1.5, y1=rows - 0.5, line={"color": PALETTE.bad, "width": 3}, fillcolor="rgba(0,0,0,0)"
        )
    return drawn


def worth_figure(journey: "Journey", t: Words) -> go.Figure:
    """One bar a source token, in the order of the sentence: what losing it costs the translation."""
    pairs = list(zip(journey.source, journey.worth, strict=True))
    if journey.architecture == "lstm":
        pairs.reverse()
    labels = [token_label(token) for token, _ in pairs]
    worth = [value for _, value in pairs]
    drawn = figure(
        t("translation.inside.worth.title"),
        t("translation.inside.worth.x"),
        t("translation.inside.worth.y"),
        height=360,
    )
    drawn.add_bar(
        x=list(range(len(labels))),
        y=worth,
        customdata=labels,
        marker={"color": [PALETTE.accent if value >= 0 else PALETTE.neutral for value in worth]},
        hovertemplate="%{customdata}: %{y:+.2f}<extra></extra>",
    )
    every = -(-len(labels) // 24)
    drawn.update_xaxes(tickvals=list(range(0, len(labels), every)), ticktext=labels[::every], tickangle=-60)
    return drawn


def length_figure(
    bands: Mapping[str, Sequence["Band"]], measure: Literal["loss", "found", "numbers"], t: Words
) -> go.Figure:
    """One line a model over the quarters of the sentences, short ones left."""
    drawn = figure(
        t(f"translation.inside.by_{measure}.title"),
        t("translation.inside.by_length.x"),
        t(f"translation.inside.by_{measure}.y"),
        height=360,
    )
    for model, found in bands.items():
        style = MODELS.index(model)
        lines: dict[str, object] = {}
        if measure == "numbers":
            values = [band.numbers for band in found]
        else:
            estimates = [band.loss if measure == "loss" else band.found for band in found]
            values = [estimate.value for estimate in estimates]
            lines["error_y"] = {
                "type": "data",
                "symmetric": False,
                "array": [estimate.high - estimate.value for estimate in estimates],
                "arrayminus": [estimate.value - estimate.low for estimate in estimates],
                "thickness": 1.5,
                "width": 4,
            }
        drawn.add_scatter(
            x=[number + 0.06 * (style - 1) for number in range(len(found))],
            y=values,
            customdata=[[band.shortest, band.longest, band.sentences] for band in found],
            mode="lines+markers",
            name=t(f"translation.inside_model.{model}"),
            line={"color": PALETTE.series[style], "dash": PALETTE.dashes[style], "width": 2},
            marker={"symbol": PALETTE.symbols[style], "size": 8},
            hovertemplate=t(f"translation.inside.by_{measure}.hover") + "<extra>%{fullData.name}</extra>",
            **lines,
        )
    some = next(iter(bands.values()))
    drawn.update_xaxes(
        tickvals=list(range(len(some))), ticktext=[f"{band.shortest}–{band.longest}" for band in some]
    )
    drawn.update_yaxes(rangemode="tozero", tickformat=".0%" if measure == "found" else None)
    legend_below(drawn)
    return drawn
