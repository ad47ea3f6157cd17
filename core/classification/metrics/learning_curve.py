"""How good a method is with how many rows: would more data help, or another method?

The training rows are put into one order in which every beginning has the classes in their shares, each
class at least once; a method then learns from longer and longer beginnings, so that the larger set always
holds the smaller one. All are scored on the same texts. A curve that still climbs at its end asks for
data; two curves that cross say that the better method depends on how much there is.

Source: Viering and Loog 2023, "The Shape of Learning Curves: a Review", section 2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.classification.classifier import predictions
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import method_named
from core.classification.metrics.confusion import confusion
from core.classification.metrics.scores import scores

FAST = ("majority", "tfidf", "knn", "probe")
"""Methods that learn within seconds."""
STEPS = 6


@dataclass(frozen=True)
class LearningPoint:
    """One training."""

    method: str
    rows: int
    seed: int
    accuracy: float
    macro_f1: float


def curve_sizes(total: int, classes: int, steps: int = STEPS) -> tuple[int, ...]:
    """Halves of halves of `total` rows down to one a class, rising.

    >>> curve_sizes(400, 12)
    (12, 25, 50, 100, 200, 400)
    """
    sizes = {max(classes, total // 2**step) for step in range(steps)}
    return tuple(sorted(size for size in sizes if size <= total))


def nested_order(labels: Sequence[str], seed: int) -> np.ndarray:
    """(rows,) places in an order whose every beginning is stratified, one of each class first.

    >>> [("a", "a", "a", "b")[place] for place in nested_order(("a", "a", "a", "b"), seed=0)][:2]
    ['a', 'b']
    """
    generator = np.random.default_rng(seed)
    keys = np.empty(len(labels))
    names = np.array(labels)
    for place, label in enumerate(sorted(set(labels))):
        own = generator.permutation(np.flatnonzero(names == label))
        keys[own] = (np.arange(len(own)) + generator.random(len(own))) / len(own)
        keys[own[0]] = place - len(names)
    return np.argsort(keys, kind="stable")


def beginning(split: Split, rows: int, seed: int) -> Split:
    """The same split with the first `rows` of the training part in that order."""
    order = nested_order(split.training.labels, seed)
    return replace(split, training=split.training.at(sorted(int(place) for place in order[:rows])))


def learning_points(split: Split, methods: Sequence[str], seeds: int = 1) -> Iterator[LearningPoint]:
    """Train every method on every beginning, the short ones first, and score it on the test part.

    Raises:
        GlassboxError: no such method, or the rows do not suit it.
    """
    for rows in curve_sizes(len(split.training), len(split.classes)):
        for seed in range(seeds):
            part = beginning(split, rows, seed)
            for name in methods:
                yield _point(name, part, rows, seed, split.test)


def _point(name: str, part: Split, rows: int, seed: int, test: LabelledTexts) -> LearningPoint:
    method = method_named(name)
    classifier = method.fit(part, method.settings({"seed": seed}), _nobody_watches)
    found = scores(confusion(predictions(classifier, test)))
    return LearningPoint(name, rows, seed, found.accuracy, found.macro.f1)


def _nobody_watches(_: dict[str, object]) -> None:
    """A training of a second needs no progress of its own."""
