"""Merging in two pictures: differences that are rounding, and what 16 bits lose of an update."""

import plotly.graph_objects as go

from core.memory.lora.proof import LoraDemonstration
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

SMALLEST_SHOWN = 1e-8


def differences_figure(found: LoraDemonstration, words: Words) -> go.Figure:
    """What the adapter changes and what merging or peft change of that, on a logarithmic axis."""
    drawn = figure(words("memory.lora.differences.title"), words("memory.lora.differences.x"), "", height=380)
    values = found.differences
    for place, (name, value) in enumerate(values.items()):
        drawn.add_scatter(
            x=[SMALLEST_SHOWN, max(value, SMALLEST_SHOWN)],
            y=[words(f"memory.lora.differences.{name}")] * 2,
            mode="lines+markers+text",
            text=["", f"{value:.1e}" if value else "0"],
            textposition="middle right",
            line={"width": 5, "color": PALETTE.series[4] if not place else PALETTE.accent},
            marker={"size": [0, 11], "symbol": "diamond" if not place else "circle"},
            showlegend=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    drawn.update_xaxes(type="log", exponentformat="power", dtick=2, range=[-8.3, 4.4])
    drawn.update_yaxes(autorange="reversed", tickfont={"size": 11})
    return drawn


def rounding_figure(found: LoraDemonstration, words: Words) -> go.Figure:
    """For each format of 16 bits: the weights that did not change, and what is lost of the update."""
    drawn = figure(words("memory.lora.rounding.title"), words("memory.lora.rounding.x"), "", height=380)
    names = [each.name for each in found.rounded]
    for place, part in enumerate(("untouched", "lost")):
        drawn.add_bar(
            y=names,
            x=[100 * getattr(each, part) for each in found.rounded],
            orientation="h",
            name=words(f"memory.lora.rounding.{part}"),
            text=[f"{100 * getattr(each, part):.1f} %" for each in found.rounded],
            textposition="outside",
            cliponaxis=False,
            marker={
                "color": PALETTE.series[(1, 4)[place]],
                "pattern": {"shape": ("", "/")[place], "solidity": 0.25},
            },
            hovertemplate="%{y}: %{text}<extra>%{fullData.name}</extra>",
        )
    longest = max(100 * max(each.untouched, each.lost) for each in found.rounded)
    drawn.update_xaxes(range=[0, 1.25 * longest])
    drawn.update_layout(barmode="group")
    legend_below(drawn)
    return drawn
