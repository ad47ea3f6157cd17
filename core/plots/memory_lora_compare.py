"""The methods beside one another: what they learn for how many numbers, time of a step, bytes."""

import math

import plotly.graph_objects as go

from core.memory.lora.tuning_result import TuningResult
from core.memory.lora.tuning_settings import GENTLE, RANKS
from core.memory.lora.tuning_table import method_title
from core.plots.legend import legend_below
from core.plots.memory_terms import MARKS
from core.plots.theme import PALETTE, figure
from core.wording import Words

MEBIBYTE = 2**20
FAMILIES = {
    "weights": ("full", "freeze", "bitfit"),
    "low_rank": ("lora", "relora", "adalora"),
    "factors": ("ia3", "adapter"),
    "virtual": ("prompt", "prefix", "p-tuning"),
}
"""Methods that change own weights, add low-rank updates, put something between, lengthen the text."""
UNLABELLED = (*(f"lora-{rank}" for rank in RANKS[1:-1]), *GENTLE, "relora", "adalora")
"""Low-rank rows stand too near one another for names on a phone: named when pointed at."""
PARTS = ("forward", "backward", "optimizer")
LOSSES = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
"""Named on the axis of losses."""
SMALLEST_LOSS = 1e-3
TERMS = ("weights", "adapter", "gradients", "states", "activations", "outside", "loss")


def outcome_figure(result: TuningResult, words: Words) -> go.Figure:
    """Held-out loss behind the last step against the numbers that were trained."""
    drawn = figure(
        words("memory.lora.outcome.title"),
        words("memory.lora.outcome.x"),
        words("memory.lora.outcome.y"),
        height=470,
    )
    for place, (family, methods) in enumerate(FAMILIES.items()):
        runs = [run for run in result.runs if run.settings["method"] in methods]
        runs.sort(key=lambda run: run.trained)
        if not runs:
            continue
        drawn.add_scatter(
            x=[run.trained for run in runs],
            y=[run.last.task_loss for run in runs],
            mode="markers+text",
            text=["" if run.name in UNLABELLED else method_title(run, words, short=True) for run in runs],
            textposition=["top center" if number % 2 else "bottom center" for number in range(len(runs))],
            textfont={"size": 11},
            name=words(f"memory.lora.family.{family}"),
            marker={
                "size": 11,
                "color": PALETTE.series[(0, 3, 1, 4)[place]],
                "symbol": PALETTE.symbols[place],
            },
            customdata=[
                [method_title(run, words), 100 * run.last.exact, run.last.general_loss] for run in runs
            ],
            hovertemplate=words("memory.lora.outcome.hover") + "<extra></extra>",
            cliponaxis=False,
        )
    before = result.start.task_loss
    drawn.add_hline(y=before, line={"dash": "dot", "color": PALETTE.neutral})
    drawn.add_annotation(
        x=1,
        xref="paper",
        xanchor="right",
        y=math.log10(before),  # on a logarithmic axis an annotation stands at the exponent
        yanchor="bottom",
        text=words("memory.lora.outcome.start"),
        font={"size": 11},
        showarrow=False,
    )
    drawn.update_xaxes(
        type="log",
        tickvals=[1e4, 1e5, 1e6, 1e7, 1e8],
        ticktext=[words(f"memory.lora.outcome.tick_{power}") for power in range(4, 9)],
        range=[3.7, 8.5],
    )
    losses = [before, *(run.last.task_loss for run in result.runs)]
    drawn.update_yaxes(
        type="log",
        tickvals=LOSSES,
        ticktext=[f"{loss:g}" for loss in LOSSES],
        range=[math.log10(0.6 * max(min(losses), SMALLEST_LOSS)), math.log10(1.5 * max(losses))],
    )
    legend_below(drawn)
    return drawn


def time_figure(result: TuningResult, words: Words) -> go.Figure:
    """Stacked bars of a step's three parts in seconds of one core."""
    drawn = _bars(result, words, "time")
    titles = _titles(result, words)
    for place, part in enumerate(PARTS):
        drawn.add_bar(
            y=titles,
            x=[getattr(run.seconds, part) for run in result.runs],
            orientation="h",
            name=words(f"memory.lora.time.{part}"),
            marker={
                "color": PALETTE.series[(0, 3, 1)[place]],
                "pattern": {"shape": ("", "/", "x")[place], "solidity": 0.25},
            },
            hovertemplate=words("memory.lora.time.hover") + "<extra>%{fullData.name}</extra>",
        )
    return drawn


def bytes_figure(result: TuningResult, words: Words) -> go.Figure:
    """Stacked bars of everything that was counted in a step."""
    drawn = _bars(result, words, "bytes")
    titles = _titles(result, words)
    for name in TERMS:
        colour, pattern = MARKS[name]
        drawn.add_bar(
            y=titles,
            x=[run.bytes.get(name, 0) / MEBIBYTE for run in result.runs],
            orientation="h",
            name=words(f"memory.predict.term.{name}"),
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
            customdata=[run.bytes.get(name, 0) for run in result.runs],
            hovertemplate=words("memory.lora.bytes.hover") + "<extra>%{fullData.name}</extra>",
        )
    return drawn


def _titles(result: TuningResult, words: Words) -> list[str]:
    return [method_title(run, words, short=True) for run in result.runs]


def _bars(result: TuningResult, words: Words, key: str) -> go.Figure:
    drawn = figure(
        words(f"memory.lora.{key}.title"),
        words(f"memory.lora.{key}.x"),
        "",
        height=170 + 25 * len(result.runs),
    )
    drawn.update_layout(barmode="stack", bargap=0.25)
    drawn.update_yaxes(autorange="reversed", dtick=1, tickfont={"size": 11})
    legend_below(drawn)
    return drawn
