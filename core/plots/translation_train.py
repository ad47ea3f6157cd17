"""Training as figures: losses, quality after each epoch, word order by pattern, and several runs in one."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import plotly.graph_objects as go

from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.translation.grammar.captions import PATTERNS
from core.translation.train_record import EpochRecord, RunRecord
from core.wording import Words

Measure = Literal["order", "bleu", "perplexity", "validation_loss", "training_loss"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
MOST_POINTS = 400
"""Of the loss at every step."""


def loss_figure(
    record: RunRecord | None, steps: Sequence[tuple[float, float]], epochs: int, words: Words
) -> go.Figure:
    """Loss of every step, and of each epoch on the training and on the held-out pairs.

    Args:
        record: what each epoch left; None before the first.
        steps: (epochs done, loss) as the running job reports them.
        epochs: planned.
        words: the reader's wording.
    """
    drawn = figure(
        words("translation.train.figure.loss"),
        words("translation.train.figure.epochs"),
        words("translation.train.figure.nats"),
        height=360,
    )
    thinned = steps[:: max(1, len(steps) // MOST_POINTS + 1)]
    drawn.add_scatter(
        x=[done for done, _ in thinned],
        y=[loss for _, loss in thinned],
        mode="lines",
        name=words("translation.train.measure.step_loss"),
        line={"color": PALETTE.neutral, "width": 1},
        hovertemplate="%{y:.3f}<extra>%{fullData.name}</extra>",
    )
    both: tuple[Measure, ...] = ("training_loss", "validation_loss")
    for place, measure in enumerate(both):
        _add_epochs(drawn, record, measure, words(f"translation.train.measure.{measure}"), place)
    drawn.update_xaxes(range=[0, epochs + 0.2])
    legend_below(drawn)
    return drawn


def quality_figure(record: RunRecord, epochs: int, words: Words) -> go.Figure:
    """BLEU, and on the grammar the share in the right word order, after each epoch; both 0 to 100."""
    drawn = figure(
        words("translation.train.figure.quality"),
        words("translation.train.figure.epochs"),
        words("translation.train.figure.hundred"),
        height=360,
    )
    if record.words_in_german_order is not None:
        _add_epochs(drawn, record, "order", words("translation.train.measure.order"), 0)
        drawn.add_hline(
            y=100 * record.words_in_german_order,
            line={"color": PALETTE.neutral, "dash": "dot", "width": 2},
            annotation={
                "text": words(
                    "translation.train.figure.word_for_word", percent=100 * record.words_in_german_order
                ),
                "font": {"size": 12},
            },
            annotation_position="top right",
        )
    _add_epochs(drawn, record, "bleu", words("translation.train.measure.bleu"), 1)
    drawn.update_xaxes(range=[0, epochs + 0.2])
    drawn.update_yaxes(range=[0, 104])
    legend_below(drawn)
    return drawn


def order_figure(record: RunRecord, words: Words) -> go.Figure:
    """Share in the right order, pattern by epoch, as one heat map."""
    patterns = [name for name in PATTERNS if any(name in epoch.by_pattern for epoch in record.epochs)]
    shares = [[_percent(epoch.by_pattern.get(name)) for epoch in record.epochs] for name in patterns]
    drawn = figure(
        words("translation.train.figure.order"),
        words("translation.train.figure.epoch"),
        "",
        height=110 + 36 * len(patterns),
    )
    drawn.add_heatmap(
        x=[str(epoch.number) for epoch in record.epochs],
        y=[words(f"translation.train.pattern.{name}") for name in patterns],
        z=shares,
        zmin=0,
        zmax=100,
        colorscale=list(PALETTE.scale),
        texttemplate="%{z:.0f}" if len(record.epochs) <= 15 else None,
        hovertemplate=words("translation.train.figure.order_hover") + "<extra></extra>",
        colorbar={"title": {"text": "%"}, "thickness": 12},
        xgap=2,
        ygap=2,
    )
    drawn.update_yaxes(autorange="reversed")
    drawn.update_xaxes(type="category")
    return drawn


def runs_figure(runs: Mapping[str, RunRecord], measure: Measure, words: Words) -> go.Figure:
    """One curve a run: the same measure of several trainings."""
    unit = {"order": "percent", "bleu": "bleu", "perplexity": "perplexity"}.get(measure, "nats")
    drawn = figure(
        words(f"translation.train.measure.{measure}"),
        words("translation.train.figure.epochs"),
        words(f"translation.train.figure.{unit}"),
        height=420,
    )
    for place, (name, record) in enumerate(runs.items()):
        _add_epochs(drawn, record, measure, name, place)
    if measure == "perplexity":
        drawn.update_yaxes(type="log")
    legend_below(drawn)
    return drawn


def _add_epochs(drawn: go.Figure, record: RunRecord | None, measure: Measure, name: str, place: int) -> None:
    """A measure of each epoch as a line with symbols."""
    points = [
        (epoch.number, value)
        for epoch in (record.epochs if record else ())
        if (value := _value(epoch, measure)) is not None
    ]
    style = place % len(PALETTE.series)
    drawn.add_scatter(
        x=[number for number, _ in points],
        y=[value for _, value in points],
        mode="lines+markers",
        name=name,
        line={"color": PALETTE.series[style], "dash": PALETTE.dashes[style], "width": 2},
        marker={"symbol": PALETTE.symbols[style], "size": 8, "color": PALETTE.series[style]},
        hovertemplate="%{y:.3g}<extra>%{fullData.name}</extra>",
    )


def _value(epoch: EpochRecord, measure: Measure) -> float | None:
    return _percent(epoch.order) if measure == "order" else float(getattr(epoch, measure))


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
