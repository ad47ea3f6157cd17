"""A training step by step: what a step chose from, and how the text became shorter as the vocabulary grew."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.plots.theme import PALETTE, figure
from core.plots.token_label import token_label
from core.tokenizer.training.history import Candidate, Training
from core.tokenizer.training.replay import length_curve
from core.wording import Words

MOST_POINTS = 1_000
"""Points of the curve; a longer training is drawn at evenly spaced steps."""


def candidates_figure(
    candidates: Sequence[Candidate], algorithm: str, step: int, words: Words, chosen: int = 1
) -> go.Figure:
    """Horizontal bars of the candidates' scores; the first `chosen`, the winners, in the accent colour."""
    places = list(range(len(candidates)))
    drawn = figure(
        words(f"tokenizer.candidates.title.{algorithm}", step=step),
        words(f"tokenizer.candidates.x.{algorithm}"),
        "",
        height=130 + 26 * len(places),
    )
    wins = [place < chosen for place in places]
    drawn.add_bar(
        x=[candidate.score for candidate in candidates],
        y=places,
        orientation="h",
        marker={
            "color": [PALETTE.accent if won else PALETTE.neutral for won in wins],
            "pattern": {"shape": ["" if won else "/" for won in wins]},
        },
        text=[f"{candidate.score:,.4g}" for candidate in candidates],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        customdata=[[_label(candidate), candidate.count] for candidate in candidates],
        hovertemplate=words("tokenizer.candidates.hover") + "<extra></extra>",
    )
    drawn.update_yaxes(
        tickvals=places, ticktext=[_label(each) for each in candidates], range=[len(places) - 0.5, -0.5]
    )
    drawn.update_xaxes(range=[0, 1.15 * max((candidate.score for candidate in candidates), default=1.0)])
    return drawn


def _label(candidate: Candidate) -> str:
    if not candidate.left:
        return token_label(candidate.token)
    return f"{token_label(candidate.left)} + {token_label(candidate.right)}"


def candidate_rows(candidates: Sequence[Candidate], words: Words) -> list[dict[str, object]]:
    """The same as a table."""
    return [
        {
            words("tokenizer.column.candidate"): _shown(candidate),
            words("tokenizer.column.becomes"): candidate.token,
            words("tokenizer.column.count"): candidate.count,
            words("tokenizer.column.score"): candidate.score,
        }
        for candidate in candidates
    ]


def _shown(candidate: Candidate) -> str:
    return f"{candidate.left} + {candidate.right}" if candidate.left else candidate.token


def history_rows(training: Training, words: Words) -> list[dict[str, object]]:
    """A row for each step, for a download."""
    return [
        {
            words("tokenizer.column.step"): step.number,
            words("tokenizer.column.added"): step.added or "",
            words("tokenizer.column.candidate"): _shown(step.winner) if step.winner else "",
            words("tokenizer.column.count"): step.winner.count if step.winner else "",
            words("tokenizer.column.score"): step.winner.score if step.winner else "",
            words("tokenizer.column.removed"): len(step.removed),
            words("tokenizer.column.size"): step.vocabulary_size,
            words("tokenizer.column.corpus_tokens"): step.corpus_tokens,
        }
        for step in training.steps
    ]


def length_figure(training: Training, step: int, words: Words) -> go.Figure:
    """Tokens in the training text against the size of the vocabulary; the chosen step is marked."""
    drawn = figure(
        words("tokenizer.curve.title"), words("tokenizer.curve.x"), words("tokenizer.curve.y"), height=320
    )
    curve = length_curve(training)
    stride = -(-len(curve) // MOST_POINTS)
    shown = [*curve[:-1:stride], curve[-1]]
    drawn.add_scatter(
        x=[size for size, _ in shown],
        y=[length for _, length in shown],
        mode="lines+markers" if len(shown) < 40 else "lines",
        line={"color": PALETTE.accent, "width": 2},
        name=words("tokenizer.curve.line"),
        hovertemplate=words("tokenizer.curve.hover") + "<extra></extra>",
    )
    if training.steps:
        now = training.steps[step - 1]
        drawn.add_scatter(
            x=[now.vocabulary_size],
            y=[now.corpus_tokens],
            mode="markers",
            marker={"color": PALETTE.bad, "size": 12, "symbol": "diamond"},
            name=words("tokenizer.curve.now", step=step),
            hovertemplate=words("tokenizer.curve.hover") + "<extra></extra>",
        )
    drawn.update_yaxes(rangemode="tozero")
    return drawn
