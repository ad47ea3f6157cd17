"""How many tokens the same text takes in each vocabulary."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.plots.count_bars import add_count_bars
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
    colours = [PALETTE.series[place % len(PALETTE.series)] for place in range(len(counts))]
    shapes = [PATTERNS[place % len(PATTERNS)] for place in range(len(counts))]
    add_count_bars(drawn, titles, counts, {"color": colours, "pattern": {"shape": shapes}})
    return drawn
