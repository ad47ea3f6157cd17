"""Deep networks with their norms in four places: gradients, sensitivity and training curves."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.attention.block.deep_gradients import LayerGradients, Shaking
from core.attention.block.placement import PLACEMENTS
from core.attention.block.placement_job import SMOOTHED, PlacementResult
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words


def gradient_figure(found: Sequence[LayerGradients], words: Words) -> go.Figure:
    """The gradient norm of every layer before the first step, on a logarithmic axis."""
    drawn = figure(
        words("attention.block.gradient.chart"),
        words("attention.block.gradient.x"),
        words("attention.block.gradient.y"),
        height=400,
    )
    for one in found:
        drawn.add_scatter(
            x=list(range(1, len(one.norms) + 1)),
            y=list(one.norms),
            **_look(one.placement, words),
            hovertemplate="%{x}: %{y:.3g}<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(type="log", tickformat="~g")
    legend_below(drawn)
    return drawn


def shaking_figure(found: Sequence[Shaking], words: Words) -> go.Figure:
    """How far the scores move under the same relative nudge, against depth."""
    drawn = figure(
        words("attention.block.shaking.chart"),
        words("attention.block.shaking.x"),
        words("attention.block.shaking.y"),
        height=380,
    )
    for one in found:
        drawn.add_scatter(
            x=list(one.depths),
            y=list(one.moved),
            **_look(one.placement, words),
            hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_xaxes(tickvals=list(found[0].depths))
    legend_below(drawn)
    return drawn


def training_figure(result: PlacementResult, depth: int, warm_up: int, words: Words) -> go.Figure:
    """Training loss at one depth with one warm-up: a line a seed, one colour an arrangement."""
    drawn = figure(
        words("attention.block.training.chart", depth=depth, warm_up=warm_up),
        words("attention.block.training.x"),
        words("attention.block.training.y"),
        height=420,
    )
    for placement in result.parameters.placements:
        for number, curve in enumerate(result.of(placement, depth, warm_up)):
            look = _look(placement, words)
            drawn.add_scatter(
                x=[SMOOTHED * (point + 1) for point in range(len(curve.losses))],
                y=list(curve.losses),
                **{**look, "mode": "lines", "marker": None},
                legendgroup=placement,
                showlegend=number == 0,
                hovertemplate="%{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
            )
    drawn.add_hline(
        y=result.unigram,
        line={"color": PALETTE.neutral, "dash": "dot", "width": 1.5},
        annotation={"text": words("attention.block.training.unigram"), "xanchor": "right"},
    )
    drawn.update_yaxes(range=_room(result, depth))
    legend_below(drawn)
    return drawn


def training_rows(result: PlacementResult, words: Words) -> list[dict[str, object]]:
    """A row for each training: how it ended."""
    heading = {
        name: words(f"attention.block.training.column.{name}")
        for name in ("placement", "depth", "warm_up", "seed", "last", "held_out", "seconds")
    }
    return [
        {
            heading["placement"]: words(f"attention.block.placement.{curve.placement}"),
            heading["depth"]: curve.depth,
            heading["warm_up"]: curve.warm_up,
            heading["seed"]: curve.seed,
            heading["last"]: curve.losses[-1] if curve.losses else None,
            heading["held_out"]: None if curve.held_out is None else round(curve.held_out, 3),
            heading["seconds"]: round(curve.seconds),
        }
        for curve in result.curves
    ]


def _room(result: PlacementResult, depth: int) -> list[float]:
    """One axis for all warm-ups of a depth; the first steps overshoot, so it ends above the plateau."""
    losses = [loss for curve in result.curves if curve.depth == depth for loss in curve.losses]
    lowest = min([*losses, result.unigram])
    return [lowest - 0.1, result.unigram + 1.0]


def _look(placement: str, words: Words) -> dict[str, object]:
    place = PLACEMENTS.index(placement)
    return {
        "name": words(f"attention.block.placement.{placement}"),
        "mode": "lines+markers",
        "line": {"color": PALETTE.series[(4, 0, 1, 3)[place]], "dash": PALETTE.dashes[place], "width": 2},
        "marker": {"symbol": PALETTE.symbols[place], "size": 7},
    }
