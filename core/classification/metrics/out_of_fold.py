"""Predictions for every row of a table, each by a model that did not learn from it.

The rows are cut into folds, stratified; each fold is predicted by a method that learned from the others.
All rows are then as good as test rows: for label errors anywhere in a table, and for figures of a small
one. It is several models, none of them the one that is used in the end.

Source: Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions".
"""

from collections.abc import Iterator

import numpy as np

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import method_named
from core.classification.metrics.learning_curve import nested_order
from core.classification.predictions import Predictions

FOLDS = 5


def fold_numbers(labels: tuple[str, ...], folds: int = FOLDS, seed: int = 0) -> np.ndarray:
    """(rows,) which fold each row is in: the rows of a class are dealt out like cards.

    >>> sorted(fold_numbers(("a", "a", "b", "a", "b"), folds=2).tolist())
    [0, 0, 0, 1, 1]
    """
    numbers = np.empty(len(labels), dtype=int)
    order = nested_order(labels, seed)
    by_class = sorted(order.tolist(), key=lambda place: labels[place])
    numbers[by_class] = np.arange(len(labels)) % folds
    return numbers


def out_of_fold(data: LabelledTexts, method: str = "tfidf", folds: int = FOLDS, seed: int = 0) -> Predictions:
    """Every row of `data`, predicted by what learned from the other folds.

    A class whose every row lies in one fold gets probability 0 there.

    Raises:
        GlassboxError: no such method, or the rows do not suit it.
    """
    table = np.zeros((len(data), len(data.classes)))
    numbers = fold_numbers(data.labels, folds, seed)
    for fold, split in _splits(data, numbers):
        chosen = method_named(method)
        classifier = chosen.fit(split, chosen.settings(), lambda _: None)
        columns = np.array([data.classes.index(label) for label in classifier.classes])
        table[np.ix_(np.flatnonzero(numbers == fold), columns)] = classifier.probabilities(split.test.texts)
    return Predictions(data.classes, data.texts, data.rows, data.labels, table)


def _splits(data: LabelledTexts, numbers: np.ndarray) -> Iterator[tuple[int, Split]]:
    for fold in np.unique(numbers):
        others, own = (data.at(np.flatnonzero(side).tolist()) for side in (numbers != fold, numbers == fold))
        # The fast methods make no choice on validation, but look at it; a single row is enough.
        yield int(fold), Split("", others, others.at([0]), own, seed=0)
