"""One setting turned: the total of several plans, and the terms of one."""

import plotly.graph_objects as go

from core.memory.breakdown import TERMS
from core.memory.compare import Curve
from core.memory.curve_families import CurveFamily
from core.plots.legend import legend_below
from core.plots.memory_terms import GIBIBYTE, MARKS
from core.plots.theme import PALETTE, figure
from core.wording import Words

Row = dict[str, object]
FLAT = ("rank", "tokens")
"""Settings that change little: their totals are shown from zero."""


def curves_figure(family: CurveFamily, card: str, gigabytes: float, words: Words) -> go.Figure:
    """A line for each plan, the card as a dashed one; a logarithmic axis where totals span decades."""
    setting = family.setting
    drawn = figure(
        words(f"memory.compare.curves.title.{setting}"),
        words(f"memory.compare.curves.x.{setting}"),
        words("memory.compare.curves.y"),
        height=430,
    )
    for place, line in enumerate(family.lines):
        drawn.add_scatter(
            x=list(line.curve.values),
            y=[total / GIBIBYTE for total in line.curve.totals],
            mode="lines+markers",
            name=words(f"memory.compare.line.{line.name}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2},
            marker={"symbol": PALETTE.symbols[place], "size": 8},
            customdata=list(line.curve.trainable),
            hovertemplate=words("memory.compare.curves.hover") + "<extra>%{fullData.name}</extra>",
        )
    values = sorted({value for line in family.lines for value in line.curve.values})
    drawn.add_scatter(
        x=[values[0], values[-1]],
        y=[gigabytes, gigabytes],
        mode="lines+text",
        text=[f"{card}: {gigabytes:g}", ""],
        textposition="top right",
        line={"dash": "dash", "width": 2, "color": PALETTE.bad},
        showlegend=False,
        hoverinfo="skip",
    )
    drawn.update_xaxes(type="log", tickvals=values, ticktext=[_short(value) for value in values])
    if setting in FLAT:
        drawn.update_yaxes(rangemode="tozero")
    else:
        drawn.update_yaxes(type="log", **_log_ticks(family, gigabytes))
    legend_below(drawn)
    return drawn


def _log_ticks(family: CurveFamily, gigabytes: float) -> dict[str, object]:
    """1, 2, 5, 10, ... over what the lines and the card cover."""
    totals = [total / GIBIBYTE for line in family.lines for total in line.curve.totals]
    low, high = min([*totals, gigabytes]) / 1.3, max([*totals, gigabytes]) * 1.3
    ticks = [digit * 10**power for power in range(-3, 7) for digit in (1, 2, 5)]
    shown = [tick for tick in ticks if low <= tick <= high]
    return {"tickvals": shown, "ticktext": [f"{tick:g}" for tick in shown]}


def _short(value: int) -> str:
    return f"{value // 1024}k" if value >= 1024 and value % 1024 == 0 else str(value)


def terms_figure(result: Curve, words: Words) -> go.Figure:
    """The terms of one plan stacked, value after value, in equal steps."""
    labels = [_short(value) for value in result.values]
    drawn = figure(
        words("memory.compare.terms.title"),
        words(f"memory.compare.curves.x.{result.setting}"),
        words("memory.compare.curves.y"),
        height=430,
    )
    for name in TERMS:
        if name not in result.terms:
            continue
        colour, pattern = MARKS[name]
        drawn.add_bar(
            x=labels,
            y=[count / GIBIBYTE for count in result.terms[name]],
            name=words(f"memory.predict.term.{name}"),
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
            hovertemplate="%{y:,.3f} GiB<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="stack")
    drawn.update_xaxes(type="category")
    legend_below(drawn)
    return drawn


def curve_rows(family: CurveFamily, words: Words) -> list[Row]:
    """A row for each line and value."""
    return [
        {
            words("memory.compare.column.line"): words(f"memory.compare.line.{line.name}"),
            words(f"memory.compare.curves.x.{family.setting}"): value,
            words("memory.compare.column.bytes"): total,
            words("memory.compare.column.trained"): trained,
        }
        for line in family.lines
        for value, total, trained in zip(
            line.curve.values, line.curve.totals, line.curve.trainable, strict=True
        )
    ]
