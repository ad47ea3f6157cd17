"""Models on a test set: scores with intervals, by length or rarity, and differences of every two."""

from html import escape
from typing import Any

import plotly.graph_objects as go

from core.intervals import Estimate
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.translation.evaluation_result import BucketKind, Evaluation
from core.translation.evaluation_tables import model_name
from core.wording import Words


def scores_figure(evaluation: Evaluation, t: Words) -> go.Figure:
    """One line a model: BLEU with its interval, the old tutorials' BLEU, and chrF."""
    names = _names(evaluation, t)
    drawn = figure(
        t("translation.evaluate.scores.title"),
        t("translation.evaluate.scores.x"),
        "",
        height=170 + 56 * len(names),
    )
    columns = {
        "bleu": [scores.bleu.value for scores in evaluation.models],
        "lowercased": [scores.bleu_lowercased for scores in evaluation.models],
        "chrf": [scores.chrf for scores in evaluation.models],
    }
    # Open squares: the two kinds of BLEU often lie on one another.
    symbols = ("circle", "square-open", "diamond")
    for place, ((score, values), symbol) in enumerate(zip(columns.items(), symbols, strict=True)):
        bars = _error_bars([scores.bleu for scores in evaluation.models]) if score == "bleu" else None
        drawn.add_scatter(
            x=values,
            y=names,
            mode="markers",
            name=t(f"translation.evaluate.scores.{score}"),
            marker={"symbol": symbol, "size": 10, "color": PALETTE.series[place]},
            error_x=bars,
            hovertemplate="%{y}: %{x:.2f}<extra>%{fullData.name}</extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def buckets_figure(evaluation: Evaluation, kind: BucketKind, t: Words) -> go.Figure:
    """BLEU of the sentences that are alike in length or in their rarest word, one line a model."""
    axis = evaluation.axis(kind)
    drawn = figure(
        t(f"translation.evaluate.buckets.title_{axis}"),
        t(f"translation.evaluate.buckets.{axis}"),
        t("translation.evaluate.buckets.y"),
        height=400,
    )
    names = _names(evaluation, t)
    shift = 0.09
    for place, (scores, name) in enumerate(zip(evaluation.models, names, strict=True)):
        buckets = scores.buckets(kind)
        offset = (place - (len(names) - 1) / 2) * shift
        drawn.add_scatter(
            x=[at + offset for at in range(len(buckets))],
            y=[bucket.bleu.value for bucket in buckets],
            error_y=_error_bars([bucket.bleu for bucket in buckets]),
            mode="lines+markers",
            name=name,
            line={"color": _of(PALETTE.series, place), "dash": _of(PALETTE.dashes, place), "width": 2.5},
            marker={"symbol": _of(PALETTE.symbols, place), "size": 9},
            customdata=[
                (bucket.label, bucket.sentences, bucket.bleu.low, bucket.bleu.high) for bucket in buckets
            ],
            hovertemplate=t("translation.evaluate.buckets.hover") + "<extra>%{fullData.name}</extra>",
        )
    first = evaluation.models[0].buckets(kind)
    drawn.update_xaxes(
        tickvals=list(range(len(first))),
        ticktext=[
            f"{bucket.label}<br>{t('translation.evaluate.buckets.size', count=bucket.sentences)}"
            for bucket in first
        ],
        showgrid=False,
    )
    drawn.update_yaxes(rangemode="tozero")
    legend_below(drawn)
    return drawn


def comparisons_figure(evaluation: Evaluation, t: Words) -> go.Figure:
    """The difference of every two models with the middle 95% of the draws; 0 is no difference."""
    rows = evaluation.comparisons
    pairs = [f"{_name(each.first, t)} →<br>{_name(each.second, t)}" for each in rows]
    drawn = figure(
        t("translation.evaluate.comparisons.title"),
        t("translation.evaluate.comparisons.x"),
        "",
        height=130 + 56 * len(rows),
    )
    certain = [each.difference.low > 0 or each.difference.high < 0 for each in rows]
    for known in (True, False):
        places = [place for place, sure in enumerate(certain) if sure == known]
        if places:
            drawn.add_scatter(
                x=[rows[place].difference.value for place in places],
                y=places,
                error_x=_error_bars([rows[place].difference for place in places]),
                mode="markers",
                name=t(f"translation.evaluate.comparisons.{'certain' if known else 'open'}"),
                marker={
                    "symbol": "circle" if known else "circle-open",
                    "size": 12,
                    "color": PALETTE.accent if known else PALETTE.neutral,
                },
                customdata=[
                    (rows[place].difference.low, rows[place].difference.high, rows[place].p_value)
                    for place in places
                ],
                hovertemplate=t("translation.evaluate.comparisons.hover") + "<extra></extra>",
            )
    drawn.add_vline(x=0, line={"color": PALETTE.neutral, "width": 2})
    drawn.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=pairs, range=[len(rows) - 0.5, -0.5], showgrid=False
    )
    legend_below(drawn)
    return drawn


def _names(evaluation: Evaluation, t: Words) -> list[str]:
    return [_name(scores.model, t) for scores in evaluation.models]


def _name(model: str, t: Words) -> str:
    """Escaped: a reader's own model may have any name, and Plotly would read `<b>` as bold."""
    return escape(model_name(model, t), quote=False)


def _error_bars(estimates: list[Estimate]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [estimate.high - estimate.value for estimate in estimates],
        "arrayminus": [estimate.value - estimate.low for estimate in estimates],
        "thickness": 1.5,
        "width": 4,
    }


def _of(values: tuple[str, ...], place: int) -> str:
    return values[place % len(values)]
