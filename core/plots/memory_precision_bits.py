"""One number in every format: its bits side by side, and how large rounding errors are at every size."""

import math

import plotly.graph_objects as go

from core.memory.quantise.one_number import SCALED, NumberRow, OneNumber, worst_relative_error
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

KINDS = ("sign", "exponent", "mantissa", "code")
COLOURS = (("#f0d2bd", "#d55e00"), ("#cfe9e4", "#0f8b8d"), ("#d5e3ef", "#0072b2"), ("#ecdbe6", "#a3588a"))
"""Of a 0 and of a 1 in each kind of field; the digit is written in each cell, too."""
DARK_TEXT, LIGHT_TEXT = "#123", "#ffffff"
CURVES = ("fp32", "bf16", "fp16", "fp8-e4m3", "int8", "nf4")
SMALLEST_POWER, LARGEST_POWER = -33, 20
"""Of two: at each power of two a floating-point format's relative error is at its worst."""


def bits_figure(found: OneNumber, words: Words) -> go.Figure:
    """A row of cells for each format: colour for the kind of field, the digit for the bit."""
    rows = found.rows
    drawn = figure(words("memory.precision.bits.title"), "", "", height=110 + 34 * len(rows))
    columns = max(row.bits for row in rows)
    kinds = [_kinds(row) for row in rows]
    digits = ["".join(row.fields) for row in rows]
    names = [words(f"memory.precision.short.{row.name}") for row in rows]
    scale = [colour for pair in COLOURS for colour in pair]
    drawn.add_heatmap(
        z=[
            _filled([2 * kind + int(bit) for kind, bit in zip(*both, strict=True)], columns)
            for both in zip(kinds, digits, strict=True)
        ],
        y=names,
        text=[_filled(list(each), columns, "") for each in digits],
        texttemplate="%{text}",
        textfont={"size": 10},
        customdata=[
            _filled([words(f"memory.precision.field.{KINDS[kind]}") for kind in each], columns, "")
            for each in kinds
        ],
        zmin=-0.5,
        zmax=7.5,
        colorscale=[[(place + side) / 8, colour] for place, colour in enumerate(scale) for side in (0, 1)],
        showscale=False,
        xgap=1,
        ygap=6,
        hovertemplate=words("memory.precision.bits.hover") + "<extra></extra>",
        hoverongaps=False,
    )
    for kind, (_, strong) in zip(KINDS, COLOURS, strict=True):
        drawn.add_scatter(
            x=[None],
            y=[names[0]],
            mode="markers",
            name=words(f"memory.precision.field.{kind}"),
            marker={"symbol": "square", "size": 11, "color": strong},
        )
    drawn.update_xaxes(visible=False, range=[-0.5, columns - 0.5])
    drawn.update_yaxes(autorange="reversed", type="category", showgrid=False)
    legend_below(drawn)
    return drawn


def _kinds(row: NumberRow) -> list[int]:
    """The kind of each bit, as a place in `KINDS`."""
    if row.name in SCALED:
        return [KINDS.index("code")] * row.bits
    return [kind for kind, bits in enumerate(row.fields) for _ in bits]


def _filled(values: list[object] | list[int] | list[str], count: int, blank: object = None) -> list[object]:
    return [*values, *[blank] * (count - len(values))]


def error_curve_figure(found: OneNumber, words: Words) -> go.Figure:
    """The worst relative rounding error over the size of a number; the typed number as a line across."""
    drawn = figure(
        words("memory.precision.curve.title"),
        words("memory.precision.curve.x"),
        words("memory.precision.curve.y"),
        height=440,
    )
    sizes = [2.0**power for power in range(SMALLEST_POWER, LARGEST_POWER + 1)]
    for place, name in enumerate(CURVES):
        drawn.add_scatter(
            x=sizes,
            y=[worst_relative_error(size, name, found.largest) for size in sizes],
            mode="lines",
            name=words(f"memory.precision.short.{name}"),
            line={"color": PALETTE.series[place], "dash": PALETTE.dashes[place], "width": 2.5},
            hovertemplate=words("memory.precision.curve.hover") + "<extra>%{fullData.name}</extra>",
        )
    size = abs(found.value)
    if sizes[0] <= size <= sizes[-1]:
        drawn.add_vline(x=size, line={"color": PALETTE.neutral, "dash": "dot", "width": 2})
        drawn.add_annotation(
            x=math.log10(size),
            y=1,
            yref="paper",
            yanchor="bottom",
            text=words("memory.precision.curve.typed"),
            showarrow=False,
            font={"size": 11},
        )
    drawn.update_xaxes(type="log", dtick=2, exponentformat="power")
    drawn.update_yaxes(type="log", range=[-8.3, 0.2], dtick=1, exponentformat="power")
    legend_below(drawn)
    return drawn


def number_rows(found: OneNumber, words: Words) -> list[dict[str, object]]:
    """A row for each format: what is stored, how far off, its neighbours, its ends."""
    return [
        {
            words("memory.precision.column.format"): words(f"memory.precision.short.{row.name}"),
            words("memory.precision.column.bits"): " ".join(part for part in row.fields if part),
            words("memory.precision.column.stored"): shown_number(row.value),
            words("memory.precision.column.outcome"): words(f"memory.precision.outcome.{row.outcome}"),
            words("memory.precision.column.relative"): _relative(found, row),
            words("memory.precision.column.below"): shown_number(math.copysign(row.below, found.value)),
            words("memory.precision.column.above"): shown_number(math.copysign(row.above, found.value)),
        }
        for row in found.rows
    ]


def _relative(found: OneNumber, row: NumberRow) -> str:
    relative = found.relative(row)
    if not math.isfinite(relative):
        return "∞"
    return f"{100 * relative:.3g}"


def shown_number(value: float) -> str:
    """A number with as many digits as tell it from its neighbours in float32.

    >>> shown_number(0.0999755859375), shown_number(float("inf")), shown_number(float("nan"))
    ('0.0999755859', '∞', 'NaN')
    """
    if math.isnan(value):
        return "NaN"
    return ("−" if value < 0 else "") + "∞" if math.isinf(value) else f"{value:.9g}"
