"""Repetition measures of several ways of decoding side by side."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.decoding.comparison import SettingSummary
from core.plots.estimates import error_bars, estimate_of, interval_texts
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

MEASURES = ("rep_2", "rep_3", "rep_4", "distinct_2", "repetition")
PATTERNS = ("", "/", "x", ".", "-", "+", "\\")


def repetition_figure(summaries: Sequence[SettingSummary], words: Words) -> go.Figure:
    """Grouped bars, all of them shares: a group for each measure, a bar for each way of decoding."""
    drawn = figure(
        words("decoding.measures.bars.title"),
        words("decoding.measures.bars.x"),
        words("decoding.measures.unit.share"),
        height=420,
    )
    names = [words(f"decoding.measures.name.{measure}") for measure in MEASURES]
    for index, summary in enumerate(summaries):
        estimates = [estimate_of(summary, measure) for measure in MEASURES]
        drawn.add_bar(
            x=names,
            y=[estimate.value for estimate in estimates],
            name=summary.label,
            error_y=error_bars(estimates),
            marker={
                "color": PALETTE.series[index % len(PALETTE.series)],
                "pattern": {"shape": PATTERNS[index % len(PATTERNS)]},
            },
            hovertext=interval_texts(estimates, words),
            hovertemplate="%{x}<br>%{hovertext}<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="group", yaxis={"range": [0, 1.02]})
    legend_below(drawn)
    return drawn
