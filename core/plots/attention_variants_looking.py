"""Who may look at whom: masks as pictures, weights under them, what changed, and one text over another."""

from collections.abc import Sequence

import plotly.graph_objects as go
from torch import Tensor

from core.attention.looking import MaskedReading
from core.plots.attention_variants_axes import tokens_along_x, tokens_along_y
from core.plots.theme import PALETTE, figure
from core.wording import Words

KEY = "attention.variants.masks"
SMALLEST_CELL = 17
"""Pixels a row."""


def mask_figure(mask: Tensor, tokens: Sequence[str], words: Words) -> go.Figure:
    """Filled where a token may look; a cross where it may not."""
    drawn = figure(
        words(f"{KEY}.mask.title"), words(f"{KEY}.looked_at"), words(f"{KEY}.looks"), _height(tokens)
    )
    drawn.add_heatmap(
        z=mask.int().tolist(),
        text=[["" if allowed else "×" for allowed in row] for row in mask.tolist()],
        texttemplate="%{text}",
        textfont={"size": 10, "color": PALETTE.neutral},
        zmin=0,
        zmax=1,
        colorscale=[[0, "rgba(138,148,160,0.10)"], [1, PALETTE.accent]],
        showscale=False,
        xgap=1,
        ygap=1,
        hoverinfo="skip",
    )
    tokens_along_x(drawn, tokens)
    tokens_along_y(drawn, tokens)
    return drawn


def weights_figure(
    weights: Tensor, tokens: Sequence[str], others: Sequence[str], title: str, words: Words
) -> go.Figure:
    """(n, m) weights as one heat map: rows look, columns are looked at."""
    drawn = figure(title, words(f"{KEY}.looked_at"), words(f"{KEY}.looks"), _height(tokens))
    drawn.add_heatmap(
        z=weights.tolist(),
        zmin=0,
        zmax=1,
        colorscale=list(PALETTE.scale),
        customdata=[[f"{one} → {other}" for other in others] for one in tokens],
        hovertemplate="%{customdata}: %{z:.3f}<extra></extra>",
        colorbar={"title": {"text": words(f"{KEY}.weight")}, "thickness": 10, "len": 0.8},
        xgap=1,
        ygap=1,
    )
    tokens_along_x(drawn, others)
    tokens_along_y(drawn, tokens)
    return drawn


def _height(tokens: Sequence[str]) -> int:
    return 190 + SMALLEST_CELL * max(len(tokens), 8)


def changed_figure(similarities: Tensor, tokens: Sequence[str], words: Words) -> go.Figure:
    """The cosine of each token's last vector with that under the causal mask."""
    drawn = figure(words(f"{KEY}.changed.title"), words(f"{KEY}.position"), words(f"{KEY}.changed.y"), 320)
    drawn.add_bar(
        x=list(range(len(tokens))),
        y=similarities.tolist(),
        marker={"color": PALETTE.accent},
        customdata=list(tokens),
        hovertemplate="%{customdata}: %{y:.4f}<extra></extra>",
    )
    drawn.update_yaxes(range=[min(0.0, float(similarities.min())), 1.05])
    tokens_along_x(drawn, tokens)
    return drawn


def next_rows(
    readings: Sequence[tuple[str, MaskedReading]], spelled: Sequence[Sequence[str]], words: Words
) -> list[dict[str, object]]:
    """A row for each rank: the likeliest next tokens under each mask, with their probabilities."""
    return [
        {
            words(f"{KEY}.rank"): rank + 1,
            **{
                title: f"{names[rank]!r} {reading.next_probabilities[rank]:.1%}"
                for (title, reading), names in zip(readings, spelled, strict=True)
            },
        }
        for rank in range(len(readings[0][1].next_ids))
    ]
