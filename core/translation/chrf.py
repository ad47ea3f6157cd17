"""chrF written out: shared n-grams of characters, precision and recall in one figure.

    chrF = 100 * (1 + 4) * P * R / (4 * P + R)

P is the mean of the precisions of character n-grams of length 1 to 6 (the translation's that the
reference has), R that of their recalls (the reference's that the translation has); recall weighs twice
as much (beta = 2). Blanks do not count, so no tool has to agree with another about tokens, and a wrong
ending costs a few n-grams, not the word. Only lengths that both sides have enter the means.

Source: Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation"; the mean over lengths
before F, and F of the summed counts for many sentences, as sacreBLEU does.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_NGRAM = 6
BETA = 2


@dataclass(frozen=True)
class CharacterOrder:
    """Character n-grams of one length."""

    length: int
    translation: int
    """N-grams of the translation."""
    reference: int
    """N-grams of the reference."""
    matches: int
    """Those in both, each at most as often as in either."""

    @property
    def usable(self) -> bool:
        """Both sides are long enough."""
        return bool(self.translation and self.reference)

    @property
    def precision(self) -> float:
        """Of the translation's n-grams, how many the reference has."""
        return self.matches / self.translation if self.translation else 0.0

    @property
    def recall(self) -> float:
        """Of the reference's n-grams, how many the translation has."""
        return self.matches / self.reference if self.reference else 0.0

    def __add__(self, other: "CharacterOrder") -> "CharacterOrder":
        return CharacterOrder(
            self.length,
            self.translation + other.translation,
            self.reference + other.reference,
            self.matches + other.matches,
        )


@dataclass(frozen=True)
class ChrfArithmetic:
    """The score and what it was made of."""

    orders: tuple[CharacterOrder, ...]
    precision: float
    """Mean over the usable lengths."""
    recall: float
    score: float
    """0 to 100."""


def chrf_orders(translation: str, reference: str) -> tuple[CharacterOrder, ...]:
    """The counts of one sentence, for each length.

    >>> chrf_orders("the hat", "the cat")[1]
    CharacterOrder(length=2, translation=5, reference=5, matches=3)
    """
    mine, theirs = "".join(translation.split()), "".join(reference.split())
    orders = []
    for length in range(1, LONGEST_NGRAM + 1):
        counted, wanted = _ngrams(mine, length), _ngrams(theirs, length)
        # As in sacreBLEU, n-grams that no n-gram of the reference could match are not held against it.
        total = counted.total() if wanted else 0
        orders.append(CharacterOrder(length, total, wanted.total(), (counted & wanted).total()))
    return tuple(orders)


def chrf_of_orders(orders: Iterable[CharacterOrder]) -> ChrfArithmetic:
    """From counts, of one sentence or added over many, to the score."""
    kept = tuple(orders)
    usable = [order for order in kept if order.usable]
    precision = sum(order.precision for order in usable) / max(len(usable), 1)
    recall = sum(order.recall for order in usable) / max(len(usable), 1)
    weight = BETA * BETA
    below = weight * precision + recall
    score = 100 * (1 + weight) * precision * recall / below if below else 0.0
    return ChrfArithmetic(kept, precision, recall, score)


def chrf_arithmetic(translation: str, reference: str) -> ChrfArithmetic:
    """chrF of one translation.

    >>> round(chrf_arithmetic("the hat", "the cat").score, 2)
    28.06
    """
    return chrf_of_orders(chrf_orders(translation, reference))


def _ngrams(text: str, length: int) -> Counter[str]:
    return Counter(text[first : first + length] for first in range(len(text) - length + 1))
