"""What quantised weights do to the similarity scores of sentence pairs, and to their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from scipy.stats import spearmanr
from torch import Tensor


def pair_scores(vectors: Tensor) -> tuple[float, ...]:
    """Cosine similarity of the unit vectors 0 and 1, 2 and 3, and so on."""
    return tuple(float(score) for score in (vectors[0::2] * vectors[1::2]).sum(dim=1))


@dataclass(frozen=True)
class ScoreChange:
    """Scores of the same pairs before and after."""

    mean: float
    """Mean absolute change."""
    largest: float
    at: int
    """The pair that changed most."""
    swapped: int
    """Of all couples of pairs, those whose order is now the other way round."""
    couples: int
    order: float
    """Spearman's rank correlation with the scores before; 1 where the order is the same."""
    grades: float | None
    """Spearman's rank correlation with the people's grades; None without grades."""


def score_change(
    before: Sequence[float], after: Sequence[float], grades: Sequence[float] | None = None
) -> ScoreChange:
    """How scores changed.

    >>> change = score_change([0.1, 0.5, 0.9], [0.1, 0.9, 0.7])
    >>> change.swapped, change.couples, round(change.largest, 1)
    (1, 3, 0.4)
    """
    changes = [abs(new - old) for old, new in zip(before, after, strict=True)]
    couples = list(combinations(range(len(before)), 2))
    swapped = sum((before[a] - before[b]) * (after[a] - after[b]) < 0 for a, b in couples)
    return ScoreChange(
        mean=sum(changes) / len(changes),
        largest=max(changes),
        at=changes.index(max(changes)),
        swapped=swapped,
        couples=len(couples),
        order=float(spearmanr(before, after).statistic),
        grades=float(spearmanr(after, grades).statistic) if grades else None,
    )


def ranks(scores: Sequence[float]) -> tuple[int, ...]:
    """The place of each score, 1 for the highest.

    >>> ranks([0.2, 0.9, 0.5])
    (3, 1, 2)
    """
    ordered = sorted(range(len(scores)), key=lambda place: -scores[place])
    return tuple(ordered.index(place) + 1 for place in range(len(scores)))
