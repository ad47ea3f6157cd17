"""Labelled data as figures: rows a class, lengths, and where each class stands in the split."""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from core.classification.overview import Bin, ClassRows
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

MOST_CLASSES = 40
"""Bars that a reader can still tell apart; the table has all classes."""
_A_BAR = 22
"""Pixels."""
_LONGEST_LABEL = 22
_PATTERNS = ("", "/", "x")


def class_figure(classes: Sequence[tuple[str, int]], words: Words) -> go.Figure:
    """Rows a class, the largest on top."""
    shown = classes[:MOST_CLASSES]
    drawn = figure(
        words("classification.data.figure.classes", count=len(classes)),
        words("classification.data.figure.rows"),
        "",
        height=130 + _A_BAR * len(shown),
    )
    drawn.add_bar(
        x=[rows for _, rows in shown],
        y=list(range(len(shown))),
        orientation="h",
        marker={"color": PALETTE.accent},
        text=[rows for _, rows in shown],
        textposition="outside",
        cliponaxis=False,
        customdata=[_readable(label) for label, _ in shown],
        hovertemplate="%{customdata}: %{x}<extra></extra>",
    )
    _name_bars(drawn, [label for label, _ in shown])
    drawn.update_xaxes(range=[0, 1.12 * max((rows for _, rows in shown), default=1)])
    return drawn


def split_figure(rows: Sequence[ClassRows], words: Words) -> go.Figure:
    """Rows of each class in the three parts, stacked."""
    shown = rows[:MOST_CLASSES]
    drawn = figure(
        words("classification.data.figure.split"),
        words("classification.data.figure.rows"),
        "",
        height=170 + _A_BAR * len(shown),
    )
    for place, part in enumerate(("training", "validation", "test")):
        drawn.add_bar(
            x=[getattr(row, part) for row in shown],
            y=list(range(len(shown))),
            orientation="h",
            name=words(f"classification.data.part.{part}"),
            marker={
                "color": PALETTE.series[place],
                "pattern": {"shape": _PATTERNS[place], "fillmode": "overlay", "solidity": 0.2},
            },
            customdata=[_readable(row.label) for row in shown],
            hovertemplate="%{customdata}: %{x}<extra>%{fullData.name}</extra>",
        )
    drawn.update_layout(barmode="stack")
    _name_bars(drawn, [row.label for row in shown])
    legend_below(drawn)
    return drawn


def length_figure(bins: Sequence[Bin], median: float, words: Words) -> go.Figure:
    """How many texts have how many words; the last bar holds all that are longer."""
    drawn = figure(
        words("classification.data.figure.lengths"),
        words("classification.data.figure.words"),
        words("classification.data.figure.texts"),
    )
    names = [str(each.low) if each.low == each.high else f"{each.low}–{each.high}" for each in bins]
    drawn.add_bar(
        x=[each.low for each in bins],
        y=[each.texts for each in bins],
        marker={"color": PALETTE.accent},
        customdata=names,
        hovertemplate="%{customdata}: %{y}<extra></extra>",
    )
    drawn.add_vline(
        x=median,
        line={"color": PALETTE.neutral, "dash": "dash", "width": 2},
        annotation={"text": words("classification.data.figure.median", value=median), "font": {"size": 12}},
        annotation_position="top right",
    )
    drawn.update_layout(bargap=0.08)
    return drawn


def _name_bars(drawn: go.Figure, labels: Sequence[str]) -> None:
    """The labels beside their bars, shortened, the first on top."""
    drawn.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=[_readable(label, _LONGEST_LABEL) for label in labels],
        autorange="reversed",
        showgrid=False,
    )


def _readable(label: str, most: int = 80) -> str:
    """A label as Plotly may show it: no longer than that, its markup escaped."""
    shown = " ".join(label.split())
    return escape(shown if len(shown) <= most else shown[: most - 1] + "…", quote=False)
