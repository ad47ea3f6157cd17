"""Measured speed of each format against float32's, under each load."""

import plotly.graph_objects as go

from core.memory.quantise.speed import SpeedRun
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

MEBIBYTE = 2**20
PATTERNS = ("", "/", ".", "x")
ROOM_FOR_LABELS = 1.2


def speed_figure(run: SpeedRun, words: Words) -> go.Figure:
    """Bars: how many times as fast as float32; the line at 1 is float32 itself."""
    names = list(dict.fromkeys(row.name for row in run.rows))
    drawn = figure(
        words("memory.precision.speed.title"),
        words("memory.precision.speed.x"),
        "",
        height=170 + 32 * len(names) * len(run.loads),
    )
    labels = [words(f"memory.precision.runnable.{name}") for name in names]
    longest = 1.0
    for place, load in enumerate(run.loads):
        found = {name: (run.of(name, load), run.times_as_fast(name, load)) for name in names}
        times = [ratio or 0 for _, ratio in found.values()]
        longest = max(longest, *times)
        drawn.add_bar(
            y=labels,
            x=times,
            orientation="h",
            name=words("memory.precision.speed.load", batch=load[0], length=load[1]),
            marker={
                "color": PALETTE.series[place % 7],
                "pattern": {"shape": PATTERNS[place % 4], "solidity": 0.2},
            },
            text=[f"{ratio:.2f} ×" for ratio in times],
            textposition="outside",
            cliponaxis=False,
            customdata=[
                [row.milliseconds, row.low, row.high] if row else [0, 0, 0] for row, _ in found.values()
            ],
            hovertemplate=words("memory.precision.speed.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(x=1, line={"color": PALETTE.bad, "dash": "dot", "width": 2})
    drawn.update_layout(barmode="group", bargap=0.25)
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(range=[0, ROOM_FOR_LABELS * longest])
    legend_below(drawn)
    return drawn


def speed_rows(run: SpeedRun, words: Words) -> list[dict[str, object]]:
    """A row for each format and load."""
    column = "memory.precision.column"
    return [
        {
            words(f"{column}.load"): f"{row.batch} × {row.length}",
            words(f"{column}.format"): words(f"memory.precision.runnable.{row.name}"),
            words(f"{column}.milliseconds"): round(row.milliseconds, 2),
            words(f"{column}.quartiles"): f"{row.low:.2f} … {row.high:.2f}",
            words(f"{column}.times"): round(run.times_as_fast(row.name, (row.batch, row.length)) or 0, 2),
            words(f"{column}.linear"): round(row.bytes / MEBIBYTE, 2),
            words(f"{column}.cosine"): round(row.cosine, 5),
        }
        for row in run.rows
    ]
