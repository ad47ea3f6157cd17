"""One colour and one hatching for each use of memory, the same in every figure of the lesson."""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.memory.breakdown import TERMS
from core.plots.theme import PALETTE
from core.wording import Words

GIBIBYTE = 2**30
MEBIBYTE = 2**20
MARKS: dict[str, tuple[str, str]] = {
    "weights": (PALETTE.series[0], ""),
    "adapter": (PALETTE.series[6], "x"),
    "gradients": (PALETTE.series[1], ""),
    "states": (PALETTE.series[2], ""),
    "master": (PALETTE.series[2], "/"),
    "activations": (PALETTE.series[3], ""),
    "outside": (PALETTE.series[3], "/"),
    "loss": (PALETTE.series[5], ""),
    "temporary": (PALETTE.neutral, "."),
    "kv_cache": (PALETTE.series[4], ""),
    "context": (PALETTE.neutral, ""),
}
"""Colour and pattern of each term of `core.memory.breakdown.TERMS`."""


def add_stacked_terms(
    drawn: go.Figure, labels: list[str], columns: Mapping[str, list[float]], words: Words
) -> None:
    """Add a horizontal stack for each label: `columns` has each term's GiB by the term's name."""
    for name in TERMS:
        if name not in columns:
            continue
        colour, pattern = MARKS[name]
        title = words(f"memory.predict.term.{name}")
        drawn.add_bar(
            x=columns[name],
            y=labels,
            orientation="h",
            name=title,
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
            text=[title if value and not pattern else "" for value in columns[name]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertemplate=words("memory.calculate.bar.hover") + "<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="stack", uniformtext={"minsize": 11, "mode": "hide"}, bargap=0.3)
    drawn.update_yaxes(autorange="reversed", type="category", title=None, showgrid=False)


def end_axis_at(drawn: go.Figure, longest: float, gigabytes: float, card: str) -> None:
    """Let the axis end behind the longest stack and the card, whose end is a dashed line with its name.

    Args:
        drawn: a figure of stacks in GiB.
        longest: GiB of the longest stack that is to be seen whole.
        gigabytes: of the card.
        card: its name.
    """
    end = 1.1 * max(longest, gigabytes)
    drawn.update_xaxes(range=[0, end])
    drawn.update_layout(margin={"t": 84})
    drawn.add_vline(
        x=gigabytes,
        line={"dash": "dash", "width": 2, "color": PALETTE.bad},
        annotation={
            "text": f"{card}: {gigabytes:g}",
            "yref": "paper",
            "y": 1.0,
            "yanchor": "bottom",
            "xanchor": "right" if gigabytes > end / 2 else "left",
            "font": {"size": 12},
        },
    )
