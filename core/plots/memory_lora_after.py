"""What comes behind the training: forgetting, going on, another alpha, the rank of merged updates."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.memory.lora.tuning_result import TuningResult
from core.memory.lora.tuning_table import method_title
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

SMALLEST_SHOWN = 1e-5


def forgetting_figure(result: TuningResult, names: Sequence[str], words: Words) -> go.Figure:
    """Each method's way from the starting model: right to left it learns, upwards it forgets."""
    drawn = figure(
        words("memory.lora.forgetting.title"),
        words("memory.lora.forgetting.x"),
        words("memory.lora.forgetting.y"),
        height=460,
    )
    for place, name in enumerate(names):
        run = result.run(name)
        if run is None:
            continue
        points = (result.start, *run.points)
        drawn.add_scatter(
            x=[point.task_loss for point in points],
            y=[point.general_loss for point in points],
            mode="lines+markers",
            name=method_title(run, words),
            line={
                "color": PALETTE.series[place % 7],
                "dash": PALETTE.dashes[place % 7],
                "width": 2.5,
            },
            marker={"size": 9, "symbol": PALETTE.symbols[place % 7]},
            customdata=[[point.step, 100 * point.exact] for point in points],
            hovertemplate=words("memory.lora.forgetting.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(autorange="reversed")
    legend_below(drawn)
    return drawn


def continuing_figure(result: TuningResult, words: Words) -> go.Figure:
    """Held-out loss over the steps on the orders that came later, one line a way."""
    drawn = figure(
        words("memory.lora.continuing.title"),
        words("memory.lora.continuing.x"),
        words("memory.lora.continuing.y"),
    )
    for place, run in enumerate(result.continued):
        drawn.add_scatter(
            x=[point.step for point in run.points],
            y=[point.task_loss for point in run.points],
            mode="lines+markers",
            name=words(f"memory.lora.continuing.{run.name}"),
            line={"color": PALETTE.series[(4, 0, 3)[place % 3]], "dash": PALETTE.dashes[place]},
            marker={"size": 8, "symbol": PALETTE.symbols[place]},
            customdata=[100 * point.exact for point in run.points],
            hovertemplate=words("memory.lora.continuing.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def alpha_figure(result: TuningResult, words: Words) -> go.Figure:
    """Both losses over the adapter's alpha, in that of its training."""
    drawn = figure(
        words("memory.lora.alpha.title"), words("memory.lora.alpha.x"), words("memory.lora.alpha.y")
    )
    times = [strength.times for strength in result.strengths]
    for place, (name, values) in enumerate(
        (
            ("task", [strength.point.task_loss for strength in result.strengths]),
            ("general", [strength.point.general_loss for strength in result.strengths]),
        )
    ):
        drawn.add_scatter(
            x=times,
            y=values,
            mode="lines+markers",
            name=words(f"memory.lora.alpha.{name}"),
            line={"color": PALETTE.series[(0, 4)[place]], "dash": PALETTE.dashes[place]},
            marker={"size": 8, "symbol": PALETTE.symbols[place]},
            hovertemplate=words("memory.lora.alpha.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.add_vline(
        x=1.0,
        line={"dash": "dot", "color": PALETTE.neutral},
        annotation={"text": words("memory.lora.alpha.trained"), "font": {"size": 11}},
    )
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def rank_figure(result: TuningResult, names: Sequence[str], words: Words) -> go.Figure:
    """Singular values of what each run changed in one query matrix: where they end is its rank."""
    drawn = figure(
        words("memory.lora.rank.title"), words("memory.lora.singular.x"), words("memory.lora.singular.y")
    )
    for place, name in enumerate(names):
        run = result.run(name)
        if run is None:
            continue
        values = [value for value in run.singular_values if value > SMALLEST_SHOWN * run.singular_values[0]]
        drawn.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=values,
            mode="lines+markers",
            name=method_title(run, words),
            line={"color": PALETTE.series[place % 7], "dash": PALETTE.dashes[place % 7]},
            marker={"size": 7, "symbol": PALETTE.symbols[place % 7]},
            hovertemplate=words("memory.lora.singular.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_xaxes(type="log", tickvals=[1, 2, 4, 8, 12, 16, 32, 64, 96])
    drawn.update_yaxes(type="log", exponentformat="power", dtick=1)
    legend_below(drawn)
    return drawn
