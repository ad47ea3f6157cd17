"""AdaLoRA's schedule: the live rank of every matrix over the steps, and what the trained part takes."""

import plotly.graph_objects as go

from core.memory.adaptive_rank_result import RankRun
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

KIBIBYTE = 2**10
PARTS = ("adapter", "gradients", "states", "scores")


def ranks_figure(run: RankRun, words: Words) -> go.Figure:
    """One heat map: steps across, matrices down, colour and hover for the live rank."""
    drawn = figure(
        words("memory.check.ranks.title"),
        words("memory.check.ranks.x"),
        "",
        height=170 + 22 * len(run.matrices),
    )
    drawn.add_heatmap(
        z=[list(row) for row in zip(*run.ranks, strict=True)],
        x=list(range(1, len(run.ranks) + 1)),
        y=list(run.matrices),
        zmin=0,
        zmax=run.settings.initial,
        colorscale=list(PALETTE.scale),
        colorbar={"title": {"text": words("memory.check.ranks.bar")}, "thickness": 12},
        hovertemplate=words("memory.check.ranks.hover") + "<extra></extra>",
        xgap=1,
        ygap=1,
    )
    last = len(run.ranks)
    for row, rank in zip(run.matrices, run.ranks[-1], strict=True):
        drawn.add_annotation(
            x=last,
            y=row,
            text=str(rank),
            showarrow=False,
            font={"size": 11, "color": "#ffffff" if rank > run.settings.initial / 2 else "#0a4a57"},
        )
    drawn.update_yaxes(autorange="reversed", type="category", dtick=1, tickfont={"size": 11})
    return drawn


def rank_bytes_figure(run: RankRun, words: Words) -> go.Figure:
    """Stacked bars in KiB: AdaLoRA while it cuts, AdaLoRA behind its schedule, LoRA of the same rank."""
    drawn = figure(words("memory.check.rank_bytes.title"), words("memory.check.rank_bytes.x"), "", height=320)
    counts = {"before": run.before, "after": run.after, "fixed": run.fixed}
    labels = [
        words(f"memory.check.rank_bytes.{name}", initial=run.settings.initial, target=run.settings.target)
        for name in counts
    ]
    for place, part in enumerate(PARTS):
        sizes = [getattr(count, part) for count in counts.values()]
        drawn.add_bar(
            y=labels,
            x=[size / KIBIBYTE for size in sizes],
            customdata=sizes,
            orientation="h",
            name=words(f"memory.check.rank_bytes.part.{part}"),
            marker={
                "color": PALETTE.series[place],
                "pattern": {"shape": ("", "/", ".", "x")[place], "solidity": 0.2},
            },
            hovertemplate=words("memory.check.rank_bytes.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="stack")
    drawn.update_yaxes(autorange="reversed")
    legend_below(drawn)
    return drawn
