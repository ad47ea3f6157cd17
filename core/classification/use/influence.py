"""What each word did to a prediction: the text is read again without it.

    influence(word) = p(class | text) - p(class | text without the word)

Positive: the word speaks for the class. It asks every method alike, whatever is inside, and it is honest
about one word at a time only: of two words that say the same, leaving out either changes little, and the
text without a word may be one that nobody would write.

Source: Li, Monroe and Jurafsky 2016, "Understanding Neural Networks through Representation Erasure",
section 2 (there on log-probabilities).
"""

from dataclasses import dataclass

import numpy as np

from core.classification.classifier import Classifier
from core.classification.use.words import grouped, word_spans
from core.errors import GlassboxError

MOST_STRETCHES = 60
"""A text of more words is taken apart in so many stretches of several words."""


@dataclass(frozen=True)
class WordInfluence:
    """One word, or a stretch of them."""

    start: int
    """First character."""
    end: int
    without: float
    """Probability of the class when it is left out."""
    influence: float
    """How much less that is than with the whole text."""


@dataclass(frozen=True)
class Influences:
    """A text, taken apart for one class."""

    text: str
    name: str
    """The class."""
    probability: float
    """With the whole text."""
    words: tuple[WordInfluence, ...]
    """In the order of the text."""
    words_together: int
    """Words in a stretch; 1: each word for itself."""


def influences(classifier: Classifier, text: str, name: str | None = None) -> Influences:
    """Leave out one word after the other and read the rest.

    Args:
        classifier: any trained one.
        text: what to take apart.
        name: the class whose probability is watched; None takes the most probable one.

    Raises:
        GlassboxError: the text has no word, or there is no such class.
    """
    words = word_spans(text)
    if not words:
        raise GlassboxError("classification.use.error.no_words")
    stretches = grouped(words, MOST_STRETCHES)
    found = classifier.probabilities([text, *(without(text, *stretch) for stretch in stretches)])
    if name is not None and name not in classifier.classes:
        raise GlassboxError("classification.use.error.class", name=name[:80])
    place = int(np.argmax(found[0])) if name is None else classifier.classes.index(name)
    whole = float(found[0, place])
    return Influences(
        text,
        classifier.classes[place],
        whole,
        tuple(
            WordInfluence(start, end, float(left), whole - float(left))
            for (start, end), left in zip(stretches, found[1:, place], strict=True)
        ),
        -(-len(words) // len(stretches)),
    )


def without(text: str, start: int, end: int) -> str:
    """The text without its characters from `start` to `end`, and without the gap that they leave.

    >>> without("where is my parcel", 6, 8)
    'where my parcel'
    """
    before, after = text[:start], text[end:]
    if before.endswith(" ") and after.startswith(" "):
        after = after[1:]
    return before + after
