"""The ablation as figures: what each change costs, with its interval, and how each variant learned."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.translation.ablation_result import AblationResult, Row, verdict
from core.translation.ablations import VARIANTS
from core.wording import Words

_LOOKS = {
    "worse": (PALETTE.bad, "triangle-left"),
    "better": (PALETTE.good, "triangle-right"),
    "open": (PALETTE.neutral, "circle-open"),
}
"""Colour and symbol of a verdict."""


def difference_figure(result: AblationResult, chosen: str, words: Words) -> go.Figure:
    """BLEU minus the baseline's, one row a variant, the greatest loss on top; `chosen` is marked."""
    rows = result.by_difference
    drawn = figure(
        words("translation.matter.difference.title"),
        words("translation.matter.difference.x"),
        "",
        height=190 + 34 * len(rows),
    )
    _add_seed_band(drawn, result, words)
    drawn.add_vline(x=0, line={"color": PALETTE.neutral, "width": 2})
    for kind, (colour, symbol) in _LOOKS.items():
        _add_points(drawn, rows, kind, colour, symbol, words)
    names = [words(f"translation.matter.name.{row.variant}") for row in rows]
    marked = [
        f"<b>{name}</b>" if row.variant == chosen else name for row, name in zip(rows, names, strict=True)
    ]
    drawn.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=marked,
        range=[len(rows) - 0.4, -0.9],
        showgrid=False,
        zeroline=False,
    )
    drawn.add_annotation(
        x=0,
        y=-0.65,
        text=words("translation.matter.difference.baseline", bleu=result.baseline.score.bleu.value),
        showarrow=False,
        xanchor="right",
        xshift=-6,
        font={"size": 12},
    )
    legend_below(drawn)
    return drawn


def _add_seed_band(drawn: go.Figure, result: AblationResult, words: Words) -> None:
    seed = result.of("other_seed")
    if seed is None or seed.score.difference is None:
        return
    size = abs(seed.score.difference.value)
    drawn.add_vrect(x0=-size, x1=size, fillcolor=PALETTE.neutral, opacity=0.2, line_width=0, layer="below")
    drawn.add_scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=words("translation.matter.difference.seed"),
        marker={"symbol": "square", "size": 14, "color": PALETTE.neutral, "opacity": 0.35},
    )


def _add_points(
    drawn: go.Figure, rows: Sequence[Row], kind: str, colour: str, symbol: str, words: Words
) -> None:
    """The variants of one verdict with their intervals."""
    places = [place for place, row in enumerate(rows) if verdict(row) == kind]
    found = [(rows[place], rows[place].score.difference) for place in places]
    shown = [(row, difference) for row, difference in found if difference is not None]
    if not shown:
        return
    drawn.add_scatter(
        x=[difference.value for _, difference in shown],
        y=places,
        mode="markers",
        name=words(f"translation.matter.difference.{kind}"),
        marker={"symbol": symbol, "size": 12, "color": colour, "line": {"width": 2, "color": colour}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [difference.high - difference.value for _, difference in shown],
            "arrayminus": [difference.value - difference.low for _, difference in shown],
            "color": colour,
            "thickness": 2,
            "width": 5,
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        text=[words(f"translation.matter.name.{row.variant}") for row, _ in shown],
        customdata=[
            [difference.low, difference.high, row.score.bleu.value, row.score.p_value, row.variant]
            for row, difference in shown
        ],
        hovertemplate="%{text}: " + words("translation.matter.difference.hover") + "<extra></extra>",
    )


def curves_figure(result: AblationResult, chosen: str, words: Words) -> go.Figure:
    """Held-out loss against epochs: `chosen` thick, the baseline dashed, the others grey behind them."""
    drawn = _curve_axes("translation.matter.curves.title", words)
    trained = [row for row in result.rows if row.curve.losses]
    others = [row for row in trained if row.variant not in ("baseline", chosen)]
    for place, row in enumerate(others):
        _add_curve(drawn, row, words, PALETTE.neutral, "solid", 1, place == 0)
    for row in trained:
        if row.variant == chosen and chosen != "baseline":
            _add_curve(drawn, row, words, PALETTE.accent, "solid", 4)
    _add_curve(drawn, result.baseline, words, PALETTE.series[1], "dash", 3)
    drawn.update_yaxes(range=_where_they_part([row.curve.losses for row in trained]))
    legend_below(drawn)
    return drawn


def _add_curve(
    drawn: go.Figure, row: Row, words: Words, colour: str, dash: str, width: int, legend: bool = True
) -> None:
    name = words(f"translation.matter.name.{row.variant}")
    drawn.add_scatter(
        x=list(row.curve.epochs),
        y=list(row.curve.losses),
        mode="lines",
        name=words("translation.matter.curves.others") if width == 1 else name,
        text=[name] * len(row.curve.losses),
        opacity=0.55 if width == 1 else 1,
        showlegend=legend,
        line={"color": colour, "dash": dash, "width": width},
        hovertemplate="%{text}, " + words("translation.matter.curves.hover") + "<extra></extra>",
    )


def live_figure(
    curves: Mapping[str, Sequence[tuple[float, float]]], starts: Mapping[str, float], words: Words
) -> go.Figure:
    """What a running job has reported so far, each training from its own start.

    Args:
        curves: variant -> (progress of the whole job, held-out loss).
        starts: variant -> progress of the whole job at which it began.
        words: the reader's wording.
    """
    drawn = _curve_axes("translation.matter.curves.live_title", words)
    known = [variant for variant in VARIANTS if curves.get(variant) and variant in starts]
    for place, variant in enumerate(known):
        style = place % len(PALETTE.series)
        drawn.add_scatter(
            x=[done - starts[variant] for done, _ in curves[variant]],
            y=[loss for _, loss in curves[variant]],
            mode="lines",
            name=words(f"translation.matter.name.{variant}"),
            line={"color": PALETTE.series[style], "dash": PALETTE.dashes[place % 6], "width": 2},
            hovertemplate=words("translation.matter.curves.hover") + "<extra>%{fullData.name}</extra>",
        )
    legend_below(drawn)
    return drawn


def _curve_axes(title: str, words: Words) -> go.Figure:
    return figure(
        words(title), words("translation.matter.curves.x"), words("translation.matter.curves.y"), height=400
    )


def _where_they_part(curves: Sequence[Sequence[float]]) -> list[float]:
    """The losses after the first sixth of the training, in which all fall alike from far above."""
    late = [loss for curve in curves for loss in curve[len(curve) // 6 :]]
    low, high = min(late), max(late)
    return [low - 0.05 * (high - low), high + 0.05 * (high - low)]
