"""The sentences of an evaluation in an order: best or worst first, or where two models differ most."""

from typing import Literal, get_args

from core.translation.evaluation_result import Sentences

Order = Literal["worst", "best", "ahead", "behind"]
"""`ahead` and `behind`: where the model beats another by most, or loses to it by most."""
ORDERS: tuple[Order, ...] = get_args(Order)
Measure = Literal["chrf", "bleu"]


def ranked_sentences(
    sentences: Sentences, model: str, measure: Measure, order: Order, other: str = ""
) -> tuple[int, ...]:
    """Numbers of the sentences in that order; equal ones as in the test set.

    Args:
        sentences: with what every model wrote.
        model: whose scores count.
        measure: the score of a single sentence.
        order: see `Order`.
        other: the model to compare with, for `ahead` and `behind`.
    """
    scores = getattr(sentences.of(model), measure)
    if order in ("ahead", "behind"):
        against = getattr(sentences.of(other), measure)
        scores = tuple(mine - theirs for mine, theirs in zip(scores, against, strict=True))
    down = order in ("best", "ahead")
    places = range(len(scores))
    return tuple(sorted(places, key=lambda place: -scores[place] if down else scores[place]))


def sentence_rows(sentences: Sentences) -> list[dict[str, object]]:
    """Everything as a table: one row a sentence, for each model its translation and its scores."""
    rows: list[dict[str, object]] = []
    for place, source in enumerate(sentences.sources):
        row: dict[str, object] = {
            "source": source,
            "reference": sentences.references[place],
            "rarest_word": sentences.rarest[place],
        }
        for output in sentences.outputs:
            row[f"{output.model}"] = output.translations[place]
            row[f"{output.model}_bleu"] = output.bleu[place]
            row[f"{output.model}_chrf"] = output.chrf[place]
        rows.append(row)
    return rows
