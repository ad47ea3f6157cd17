"""Two ways to learn the same merges, and the seconds that they took."""

import plotly.graph_objects as go

from core.plots.theme import PALETTE, figure
from core.wording import Words


def race_figure(naive: float, indexed: float, merges: int, words: Words) -> go.Figure:
    """Two bars, in seconds; the title says how many times faster the index was."""
    ratio = naive / max(indexed, 1e-9)
    drawn = figure(
        words("tokenizer.race.title", ratio=ratio), words("tokenizer.race.x", merges=merges), "", height=230
    )
    drawn.add_bar(
        x=[naive, indexed],
        y=[words("tokenizer.race.naive"), words("tokenizer.race.indexed")],
        orientation="h",
        marker={"color": [PALETTE.neutral, PALETTE.accent], "pattern": {"shape": ["/", ""]}},
        text=[f"{naive:.3f}", f"{indexed:.3f}"],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.3f}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(range=[0, 1.15 * max(naive, indexed)])
    return drawn
