"""One measure, every way of decoding compared."""

import plotly.graph_objects as go

from core.decoding.comparison import Comparison
from core.plots.estimates import axis_title, error_bars, estimate_of, interval_texts
from core.plots.theme import PALETTE, figure
from core.wording import Words

LONGEST_LINE = 20


def comparison_figure(comparison: Comparison, measure: str, words: Words) -> go.Figure:
    """A point with its interval for each way of decoding, the first at the top.

    Args:
        comparison: its summaries are drawn.
        measure: a key of `core.plots.estimates.UNITS`.
        words: the reader's language.
    """
    summaries = comparison.summaries
    drawn = figure(
        words("decoding.measures.compare.title", measure=words(f"decoding.measures.name.{measure}")),
        axis_title(measure, words),
        words("decoding.measures.column.way"),
        height=160 + 44 * len(summaries),
    )
    rows = list(range(len(summaries)))
    estimates = [estimate_of(summary, measure) for summary in summaries]
    drawn.add_scatter(
        x=[estimate.value for estimate in estimates],
        y=rows,
        mode="markers",
        error_x=error_bars(estimates),
        marker={
            "size": 12,
            "color": [PALETTE.series[row % len(PALETTE.series)] for row in rows],
            "symbol": [PALETTE.symbols[row % len(PALETTE.symbols)] for row in rows],
        },
        hovertext=interval_texts(estimates, words),
        customdata=[summary.label for summary in summaries],
        hovertemplate="%{customdata}<br>%{hovertext}<extra></extra>",
        showlegend=False,
    )
    # Two ways may have the same label, so places are numbers and labels their text.
    drawn.update_yaxes(
        tickvals=rows,
        ticktext=[_in_lines(s.label) for s in summaries],
        range=[len(rows) - 0.5, -0.5],
        title_standoff=28,
    )
    drawn.update_xaxes(rangemode="tozero")
    return drawn


def _in_lines(label: str) -> str:
    """A long label with a line for each setting, so that it leaves room for the plot on a narrow screen."""
    return label.replace(" ", "<br>") if len(label) > LONGEST_LINE else label
