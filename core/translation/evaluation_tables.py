"""The tables of an evaluation, as they are shown and downloaded."""

from core.translation.evaluation_result import BucketKind, Evaluation
from core.translation.settings import CHOICES
from core.wording import Words


def model_name(model: str, words: Words) -> str:
    """A shipped model's name in the reader's language; a reader's own keeps the reader's name for it."""
    return words(f"translation.evaluate.model.{model}") if model in CHOICES["architecture"] else model


def score_rows(evaluation: Evaluation, words: Words) -> list[dict[str, object]]:
    """One row a model, under headings in the reader's language."""
    column = "translation.evaluate.column"
    return [
        {
            words(f"{column}.model"): model_name(scores.model, words),
            words(f"{column}.bleu"): round(scores.bleu.value, 2),
            words(f"{column}.interval"): f"{scores.bleu.low:.1f} … {scores.bleu.high:.1f}",
            words(f"{column}.chrf"): round(scores.chrf, 2),
            words(f"{column}.lowercased"): round(scores.bleu_lowercased, 2),
            words(f"{column}.precisions"): " / ".join(f"{value:.0f}" for value in scores.precisions),
            words(f"{column}.brevity"): round(scores.brevity_penalty, 3),
            words(f"{column}.parameters"): round(scores.parameters / 1e6, 2),
            words(f"{column}.rate"): round(evaluation.sentences / max(scores.seconds, 1e-9), 1),
        }
        for scores in evaluation.models
    ]


def comparison_rows(evaluation: Evaluation, words: Words) -> list[dict[str, object]]:
    """One row for every two models."""
    column = "translation.evaluate.column"
    return [
        {
            words(f"{column}.pair"): f"{model_name(each.first, words)} → {model_name(each.second, words)}",
            words(f"{column}.difference"): f"{each.difference.value:+.2f}",
            words(f"{column}.interval"): f"{each.difference.low:+.2f} … {each.difference.high:+.2f}",
            words(f"{column}.wins"): f"{each.second_wins:.1%}",
            words(f"{column}.p"): f"{each.p_value:.4f}",
        }
        for each in evaluation.comparisons
    ]


def bucket_rows(evaluation: Evaluation, kind: BucketKind, words: Words) -> list[dict[str, object]]:
    """One row for each model and bucket."""
    column = "translation.evaluate.column"
    return [
        {
            words(f"{column}.model"): model_name(scores.model, words),
            words(f"translation.evaluate.buckets.{evaluation.axis(kind)}"): bucket.label,
            words(f"{column}.sentences"): bucket.sentences,
            words(f"{column}.bleu"): round(bucket.bleu.value, 2),
            words(f"{column}.interval"): f"{bucket.bleu.low:.1f} … {bucket.bleu.high:.1f}",
            words(f"{column}.chrf"): round(bucket.chrf, 2),
        }
        for scores in evaluation.models
        for bucket in scores.buckets(kind)
    ]
