"""One measure as one knob is turned, with the band of its interval."""

import plotly.graph_objects as go

from core.decoding.sweep import Sweep
from core.plots.estimates import axis_title, estimate_of, interval_texts
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

BAND = "rgba(15, 139, 141, 0.2)"
LOGARITHMIC_FROM = 50
"""A grid of positive values whose largest is so many times the smallest is drawn on a logarithmic axis."""


def sweep_figure(sweep: Sweep, measure: str, words: Words) -> go.Figure:
    """A line through the grid's values, its 95% intervals as a band.

    Args:
        sweep: from the job.
        measure: a key of `core.plots.estimates.UNITS`.
        words: the reader's language.
    """
    name = words(f"decoding.measures.name.{measure}")
    knob = words(f"decoding.{sweep.knob}.label")
    title = words("decoding.measures.sweep.title", measure=name, knob=knob)
    drawn = figure(title, knob, axis_title(measure, words))
    points = sorted(
        ((sweep.values[s.setting], estimate_of(s, measure)) for s in sweep.comparison.summaries),
        key=lambda p: p[0],
    )
    values, estimates = [value for value, _ in points], [estimate for _, estimate in points]
    drawn.add_scatter(
        x=values + values[::-1],
        y=[e.high for e in estimates] + [e.low for e in estimates][::-1],
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        mode="lines",
        name=words("decoding.measures.sweep.band"),
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=values,
        y=[e.value for e in estimates],
        mode="lines+markers",
        line={"color": PALETTE.accent, "width": 2},
        marker={"size": 9, "symbol": "circle"},
        name=name,
        hovertext=interval_texts(estimates, words),
        hovertemplate=f"{knob} = %{{x}}<br>%{{hovertext}}<extra></extra>",
    )
    wide = min(values) > 0 and max(values) / min(values) >= LOGARITHMIC_FROM
    drawn.update_xaxes(
        type="log" if wide else "linear", tickvals=values, ticktext=[f"{value:g}" for value in values]
    )
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn
