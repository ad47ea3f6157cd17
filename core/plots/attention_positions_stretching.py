"""Stretching drawn: the wavelength of every pair, and how much slower each scheme makes it."""

import plotly.graph_objects as go

from core.attention.positions.stretching import Stretching
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words


def wavelengths_figure(found: Stretching, pair: int, words: Words) -> go.Figure:
    """Tokens a whole turn for every pair, own and stretched; lines for the trained and the wanted length."""
    drawn = figure(
        words("attention.positions.stretching.wavelengths"),
        words("attention.positions.axis.pair"),
        words("attention.positions.axis.wavelength"),
        460,
    )
    curves = [("own", found.wavelengths), *((each.scheme, each.wavelengths) for each in found.schemes)]
    for place, (name, values) in enumerate(curves):
        drawn.add_trace(_line(values.tolist(), name, place, "%{y:,.0f}", words))
    for name, length in (("trained", found.context), ("wanted", found.factor * found.context)):
        drawn.add_hline(
            y=length,
            line={"color": PALETTE.neutral, "dash": "dot"},
            annotation={
                "text": words(f"attention.positions.stretching.{name}", length=int(length)),
                "xanchor": "left",
                "x": 0.01,
                "showarrow": False,
            },
        )
    drawn.add_vline(x=pair, line={"color": PALETTE.bad, "dash": "dash"})
    drawn.update_yaxes(type="log", dtick=1)
    legend_below(drawn)
    return drawn


def ratio_figure(found: Stretching, pair: int, words: Words) -> go.Figure:
    """The speed of every pair as a share of the model's own, one curve a scheme."""
    drawn = figure(
        words("attention.positions.stretching.ratio"),
        words("attention.positions.axis.pair"),
        words("attention.positions.axis.ratio"),
        460,
    )
    for place, each in enumerate(found.schemes, start=1):
        drawn.add_trace(_line(each.ratio.tolist(), each.scheme, place, "%{y:.3f}", words))
    drawn.add_vline(x=pair, line={"color": PALETTE.bad, "dash": "dash"})
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def _line(values: list[float], name: str, place: int, form: str, words: Words) -> go.Scatter:
    return go.Scatter(
        x=list(range(len(values))),
        y=values,
        mode="lines",
        name=words(f"attention.positions.stretching.scheme.{name}"),
        line={
            "color": PALETTE.series[place % len(PALETTE.series)],
            "dash": PALETTE.dashes[place % len(PALETTE.dashes)],
            "width": 3 if name == "own" else 2,
        },
        hovertemplate=f"%{{x}}: {form}<extra>%{{fullData.name}}</extra>",
    )


def stretching_rows(found: Stretching, pair: int, words: Words) -> list[dict[str, object]]:
    """A row for each scheme with the numbers of one pair."""
    return [
        {
            words("attention.positions.column.scheme"): words(
                f"attention.positions.stretching.scheme.{row.scheme}"
            ),
            words("attention.positions.column.speed"): f"{row.speed:.6f}",
            words("attention.positions.column.wavelength"): round(row.turn, 1),
            words("attention.positions.column.ratio"): round(row.ratio, 4),
            words("attention.positions.column.turns_trained"): round(row.turns_trained, 3),
            words("attention.positions.column.turns_now"): round(row.turns_now, 3),
        }
        for row in found.numbers(pair)
    ]
