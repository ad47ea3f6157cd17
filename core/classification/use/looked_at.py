"""One text as a trained model sees it."""

from dataclasses import dataclass

from core.classification.classifier import Classifier
from core.errors import GlassboxError

MOST_CLASSES = 10
"""Shown; the others are summed up."""


@dataclass(frozen=True)
class LookedAt:
    """The classes of one text, the most probable first."""

    text: str
    ranked: tuple[tuple[str, float], ...]
    """Class and probability, at most `MOST_CLASSES`."""
    others: int
    """Classes that are not among them."""
    others_probability: float
    """Of those together."""
    threshold: float
    """Below it a text is out of scope."""

    @property
    def name(self) -> str:
        """The most probable class."""
        return self.ranked[0][0]

    @property
    def probability(self) -> float:
        """Of the most probable class."""
        return self.ranked[0][1]

    @property
    def in_scope(self) -> bool:
        """Whether the best class is probable enough."""
        return self.probability >= self.threshold


def looked_at(classifier: Classifier, text: str, threshold: float) -> LookedAt:
    """Classify `text`.

    Raises:
        GlassboxError: it is empty.
    """
    if not text.strip():
        raise GlassboxError("classification.use.error.no_words")
    found = classifier.probabilities([text])[0]
    order = (-found).argsort(kind="stable").tolist()
    ranked = tuple((classifier.classes[place], float(found[place])) for place in order[:MOST_CLASSES])
    rest = order[MOST_CLASSES:]
    return LookedAt(text, ranked, len(rest), float(found[rest].sum()), threshold)
