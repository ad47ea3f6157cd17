"""What scheduled sampling did: right places with the reference's beginning and with the model's own."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.spread import Spread
from core.translation.scheduled.result import ScheduledResult
from core.translation.scheduled.settings import VARIANTS
from core.wording import Words


def ending_figure(result: ScheduledResult, t: Words) -> go.Figure:
    """Bars in pairs: right places of each variant at the end, forced and free; range over the seeds."""
    names = [t(f"translation.forcing.variant.{variant}") for variant in result.variants]
    drawn = figure(t("translation.forcing.ending.title"), "", t("translation.forcing.ending.y"), height=380)
    series = (("forced_right", PALETTE.neutral, ""), ("free_right", PALETTE.accent, "/"))
    for measure, colour, pattern in series:
        spreads = [result.last(variant, measure) for variant in result.variants]
        drawn.add_bar(
            x=names,
            y=[spread.mean for spread in spreads],
            name=t(f"translation.forcing.measure.{measure}"),
            marker={"color": colour, "pattern": {"shape": pattern}},
            error_y=_range(spreads),
            text=[f"{spread.mean:.1%}" for spread in spreads],
            textposition="outside",
            hovertemplate="%{x}: %{y:.1%}<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="group")
    drawn.update_yaxes(tickformat=".0%", range=[0, 1])
    legend_below(drawn)
    return drawn


def learning_figure(result: ScheduledResult, t: Words) -> go.Figure:
    """The share of right places when it runs freely, after each epoch; mean over the seeds."""
    drawn = figure(
        t("translation.forcing.learning.title"),
        t("translation.forcing.learning.x"),
        t("translation.forcing.learning.y"),
        height=380,
    )
    for variant in result.variants:
        curve = result.curve(variant, "free_right")
        _add_curve(drawn, variant, list(range(1, len(curve) + 1)), curve, t)
    drawn.update_yaxes(tickformat=".0%")
    legend_below(drawn)
    return drawn


def live_figure(curves: Mapping[str, Sequence[tuple[float, float]]], epochs: int, t: Words) -> go.Figure:
    """What a running job has reported: each run of a variant from its own first epoch on.

    Args:
        curves: variant -> (epochs done by the whole job, share of right places), run behind run.
        epochs: of one run.
        t: the reader's wording.
    """
    drawn = figure(
        t("translation.forcing.learning.title"),
        t("translation.forcing.learning.x"),
        t("translation.forcing.learning.y"),
        height=320,
    )
    for variant in (variant for variant in VARIANTS if curves.get(variant)):
        runs: dict[int, list[tuple[int, float]]] = {}
        for done, value in curves[variant]:
            run, epoch = divmod(round(done) - 1, epochs)
            runs.setdefault(run, []).append((epoch + 1, value))
        for number, points in enumerate(runs.values()):
            values = [Spread(value, value, value) for _, value in points]
            _add_curve(drawn, variant, [epoch for epoch, _ in points], values, t, legend=number == 0)
    drawn.update_yaxes(tickformat=".0%")
    drawn.update_xaxes(range=[0.5, epochs + 0.5])
    legend_below(drawn)
    return drawn


def _add_curve(
    drawn: go.Figure, variant: str, x: list[int], values: Sequence[Spread], t: Words, legend: bool = True
) -> None:
    style = VARIANTS.index(variant)
    drawn.add_scatter(
        x=x,
        y=[value.mean for value in values],
        error_y=_range(values),
        mode="lines+markers",
        name=t(f"translation.forcing.variant.{variant}"),
        legendgroup=variant,
        showlegend=legend,
        line={"color": PALETTE.series[style], "dash": PALETTE.dashes[style], "width": 2},
        marker={"symbol": PALETTE.symbols[style], "size": 8},
        hovertemplate="%{y:.1%}<extra>%{fullData.name}</extra>",
    )


def _range(values: Sequence[Spread]) -> dict[str, object]:
    """From the lowest to the highest of the seeds."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [value.high - value.mean for value in values],
        "arrayminus": [value.mean - value.low for value in values],
        "thickness": 1.5,
        "width": 4,
    }
