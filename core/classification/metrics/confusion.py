"""The confusion matrix: how often a text of one class was called another.

    counts[i, j] = texts of class i that were called class j

Its diagonal is what went right. Normalised over a row it says where the texts of a class went (the
diagonal is the recall); over a column, where the texts that were called so came from (the precision).
Labels that were never learned have a row, and an empty column.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from core.classification.predictions import Predictions
from core.errors import GlassboxError

Share = Literal["counts", "wanted", "predicted"]
Order = Literal["name", "size", "confused"]


@dataclass(frozen=True)
class Confusion:
    """Counts of wanted (rows) against predicted (columns)."""

    classes: tuple[str, ...]
    counts: np.ndarray
    """(classes, classes) int64."""

    @property
    def total(self) -> int:
        """All texts."""
        return int(self.counts.sum())

    @property
    def right(self) -> int:
        """Texts on the diagonal."""
        return int(np.trace(self.counts))


@dataclass(frozen=True)
class ConfusedPair:
    """A cell off the diagonal."""

    wanted: str
    predicted: str
    count: int
    share: float
    """Of the texts of `wanted`."""
    back: int
    """Texts that went the other way."""


def confusion(predictions: Predictions) -> Confusion:
    """Count the texts of every cell.

    Raises:
        GlassboxError: no texts.

    >>> three = Predictions(("a", "b"), ("x", "y", "z"), (0, 1, 2), ("a", "a", "b"),
    ...     np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]))
    >>> confusion(three).counts.tolist()
    [[1, 1], [0, 1]]
    """
    if not predictions.texts:
        raise GlassboxError("classification.report.error.no_rows")
    classes = tuple(sorted({*predictions.classes, *predictions.wanted}))
    place = {label: index for index, label in enumerate(classes)}
    wanted = np.array([place[label] for label in predictions.wanted])
    predicted = np.array([place[label] for label in predictions.predicted])
    cells = np.bincount(wanted * len(classes) + predicted, minlength=len(classes) ** 2)
    return Confusion(classes, cells.reshape(len(classes), len(classes)))


def shares(found: Confusion, share: Share) -> np.ndarray:
    """(classes, classes) the counts, or float64 shares of each row or column; an empty one stays 0."""
    if share == "counts":
        return found.counts
    whole = found.counts.sum(axis=1 if share == "wanted" else 0, keepdims=True)
    return np.asarray(np.divide(found.counts, whole, out=np.zeros(found.counts.shape), where=whole > 0))


def reordered(found: Confusion, order: Order) -> Confusion:
    """The same counts, classes by name, by number of texts, or those that are confused side by side."""
    if order == "size":
        places = np.argsort(-found.counts.sum(axis=1), kind="stable")
    elif order == "confused" and len(found.classes) > 2:
        places = _confused_together(found)
    else:
        places = np.arange(len(found.classes))
    return Confusion(tuple(found.classes[place] for place in places), found.counts[np.ix_(places, places)])


def _confused_together(found: Confusion) -> np.ndarray:
    """Leaves of a clustering whose distance falls with the share of texts that two classes exchange."""
    away = shares(found, "wanted")
    exchanged = away + away.T
    distance = 1.0 / (0.05 + exchanged)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), "average", optimal_ordering=len(found.classes) <= 150)
    return np.asarray(leaves_list(tree))


def largest_confusions(found: Confusion, most: int = 50) -> tuple[ConfusedPair, ...]:
    """The cells off the diagonal that hold most texts, the fullest first.

    >>> found = Confusion(("a", "b"), np.array([[8, 2], [1, 9]]))
    >>> [(pair.wanted, pair.predicted, pair.count, pair.back) for pair in largest_confusions(found)]
    [('a', 'b', 2, 1), ('b', 'a', 1, 2)]
    """
    away = found.counts.copy()
    np.fill_diagonal(away, 0)
    sizes = found.counts.sum(axis=1)
    width = len(found.classes)
    pairs = []
    for cell in np.argsort(-away, axis=None, kind="stable")[:most]:
        row, column = divmod(int(cell), width)
        count = int(away[row, column])
        if count == 0:
            break
        share, back = count / int(sizes[row]), int(away[column, row])
        pairs.append(ConfusedPair(found.classes[row], found.classes[column], count, share, back))
    return tuple(pairs)


def places_of_cell(predictions: Predictions, wanted: str | None, predicted: str | None) -> tuple[int, ...]:
    """Which texts are of class `wanted` and were called `predicted`; None stands for any class."""
    return tuple(
        place
        for place, (label, said) in enumerate(zip(predictions.wanted, predictions.predicted, strict=True))
        if wanted in (None, label) and predicted in (None, said)
    )
