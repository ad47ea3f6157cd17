"""Precision, recall and F1 of every class, and the three ways of averaging them.

    precision = TP / (TP + FP)     recall = TP / (TP + FN)     F1 = 2 TP / (2 TP + FP + FN)

Macro is the plain mean over the classes that occur, as a label or as a call: each counts alike, however
rare. Weighted is the mean by
support. Micro adds up TP, FP and FN first; where a text has exactly one label, each error is one FP and
one FN, so micro precision, recall, F1 and accuracy are the same number. 0 / 0 counts as 0, as in
scikit-learn with zero_division=0.

Source: Sokolova and Lapalme 2009, "A systematic analysis of performance measures for classification
tasks", section 2.
"""

from dataclasses import dataclass

import numpy as np

from core.classification.metrics.confusion import Confusion


@dataclass(frozen=True)
class ClassScore:
    """One class, with the counts its figures are made of."""

    label: str
    support: int
    """Texts of this class: TP + FN."""
    called: int
    """Texts that were called so: TP + FP."""
    true_positives: int
    false_positives: int
    false_negatives: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Average:
    """One way of averaging."""

    name: str
    """macro, micro or weighted."""
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Scores:
    """All of it."""

    accuracy: float
    right: int
    total: int
    by_class: tuple[ClassScore, ...]
    macro: Average
    micro: Average
    weighted: Average

    @property
    def averages(self) -> tuple[Average, ...]:
        """The three, in the order in which they are read."""
        return self.macro, self.micro, self.weighted

    def of(self, label: str) -> ClassScore:
        """The figures of one class."""
        return next(score for score in self.by_class if score.label == label)


def ratio(part: float, whole: float) -> float:
    """`part` / `whole`; 0 where there is nothing to divide by.

    >>> ratio(1, 4), ratio(0, 0)
    (0.25, 0.0)
    """
    return part / whole if whole else 0.0


def scores(found: Confusion) -> Scores:
    """Every figure from the counts alone.

    >>> found = scores(Confusion(("a", "b"), np.array([[8, 2], [1, 9]])))
    >>> found.accuracy, round(found.of("a").precision, 3), found.of("a").recall, round(found.macro.f1, 3)
    (0.85, 0.889, 0.8, 0.85)
    """
    by_class = tuple(_class_score(found, place) for place in range(len(found.classes)))
    support = np.array([score.support for score in by_class], dtype=float)
    figures = np.array([[score.precision, score.recall, score.f1] for score in by_class])
    occurs = np.array([score.support + score.called > 0 for score in by_class])
    true = sum(score.true_positives for score in by_class)
    false_positives = sum(score.false_positives for score in by_class)
    false_negatives = sum(score.false_negatives for score in by_class)
    return Scores(
        accuracy=found.right / found.total,
        right=found.right,
        total=found.total,
        by_class=by_class,
        macro=Average("macro", *(float(number) for number in figures[occurs].mean(axis=0))),
        micro=Average(
            "micro",
            ratio(true, true + false_positives),
            ratio(true, true + false_negatives),
            ratio(2 * true, 2 * true + false_positives + false_negatives),
        ),
        weighted=Average("weighted", *(float(number) for number in support @ figures / support.sum())),
    )


def _class_score(found: Confusion, place: int) -> ClassScore:
    true = int(found.counts[place, place])
    support, called = int(found.counts[place].sum()), int(found.counts[:, place].sum())
    return ClassScore(
        label=found.classes[place],
        support=support,
        called=called,
        true_positives=true,
        false_positives=called - true,
        false_negatives=support - true,
        precision=ratio(true, called),
        recall=ratio(true, support),
        f1=ratio(2 * true, called + support),
    )
