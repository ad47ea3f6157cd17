"""One step under the magnifying glass: the candidates' probabilities after each processor in turn."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.decoding.explain import StepExplanation
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.wording import Words

PATTERNS = ("", "/", "x", ".", "-", "+", "\\")


def candidates_figure(explanation: StepExplanation, names: Sequence[str], words: Words) -> go.Figure:
    """Horizontal bars: a group for each candidate, likeliest at the top; in it a bar for each stage.

    Args:
        explanation: from `explain_step`; an 11th token, behind the ten best, is the one that was chosen.
        names: the text of each of its tokens.
        words: the reader's language.
    """
    places = list(range(len(explanation.tokens)))
    drawn = figure(
        words("decoding.measures.candidates.title"),
        words("decoding.measures.candidates.x"),
        words("decoding.measures.candidates.y"),
        height=160 + len(places) * (16 + 14 * len(explanation.stages)),
    )
    for index, stage in enumerate(explanation.stages):
        label = words(f"decoding.processor.{stage.name}.label")
        drawn.add_bar(
            x=[100 * probability for probability in stage.probabilities],
            y=places,
            orientation="h",
            name=words("decoding.measures.candidates.kept", stage=label, kept=stage.kept),
            marker={
                "color": PALETTE.series[index % len(PALETTE.series)],
                "pattern": {"shape": PATTERNS[index % len(PATTERNS)]},
            },
            customdata=[token_label(name) for name in names],
            hovertemplate="%{customdata}: %{x:.3g}%<extra>%{fullData.name}</extra>",
        )
    # Two tokens may have the same text, so places are numbers and texts their labels.
    drawn.update_yaxes(
        tickvals=places, ticktext=[token_label(name) for name in names], range=[len(places) - 0.5, -0.5]
    )
    drawn.update_xaxes(rangemode="tozero", ticksuffix="%")
    drawn.update_layout(barmode="group")
    legend_below(drawn)
    return drawn
