"""How many tokens the same text takes in each vocabulary."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.plots.theme import PALETTE, figure
from core.tokenizer.encoding import Encoding
from core.wording import Words

PATTERNS = ("", "/", "x", ".")


def counts_figure(encodings: Sequence[tuple[str, Encoding]], words: Words) -> go.Figure:
    """Horizontal bars, one a vocabulary, in the order of `encodings`, (title, encoding) each."""
    drawn = figure(
        words("tokenizer.counts.title"),
        words("tokenizer.counts.x"),
        "",
        height=130 + 44 * len(encodings),
    )
    titles = [title for title, _ in encodings]
    counts = [encoding.count for _, encoding in encodings]
    drawn.add_bar(
        x=counts,
        y=titles,
        orientation="h",
        marker={
            "color": [PALETTE.series[place % len(PALETTE.series)] for place in range(len(counts))],
            "pattern": {"shape": [PATTERNS[place % len(PATTERNS)] for place in range(len(counts))]},
        },
        text=[f"{count:,}" for count in counts],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(range=[0, 1.15 * max([*counts, 1])])
    return drawn
