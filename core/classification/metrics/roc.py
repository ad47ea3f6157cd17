"""ROC curves, one class against the rest, and the area under them.

    true positive rate = TP / P          false positive rate = FP / N

as the threshold falls. The area (AUC) is the probability that a text of the class scores higher than one
of another class, a tie counting one half: 0.5 is chance. Neither axis knows how rare the class is.
Macro is the mean of the classes' areas; micro ranks all (text, class) pairs in one list.

Source: Fawcett 2006, "An introduction to ROC analysis", sections 4, 7 and 9.
"""

from dataclasses import dataclass

import numpy as np

from core.classification.metrics.known_rows import learned_rows, wanted_columns
from core.classification.metrics.ranking import Ranking, ranking
from core.classification.predictions import Predictions


@dataclass(frozen=True)
class RocCurve:
    """One curve; it begins at (0, 0), where nothing is taken."""

    label: str
    """The class, or empty for the micro average."""
    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    thresholds: np.ndarray
    """Of each point; the first, infinity, takes nothing."""
    area: float
    positives: int
    negatives: int


@dataclass(frozen=True)
class Roc:
    """Every class against the rest."""

    curves: tuple[RocCurve, ...]
    """Only classes that have texts of their own and of others."""
    without: tuple[str, ...]
    """Classes that had none, so that no curve exists."""
    macro_area: float
    """Mean over `curves`; not a number where there is none."""
    micro: RocCurve | None


def roc(predictions: Predictions) -> Roc:
    """The curves of all classes; rows whose label was never learned are left out.

    Raises:
        GlassboxError: no row has a learned label.
    """
    known = learned_rows(predictions)
    wanted = np.eye(len(known.classes), dtype=bool)[wanted_columns(known)]
    curves, without = [], []
    for place, label in enumerate(known.classes):
        if wanted[:, place].any() and not wanted[:, place].all():
            curves.append(roc_curve(wanted[:, place], known.probabilities[:, place], label))
        else:
            without.append(label)
    micro = roc_curve(wanted.ravel(), known.probabilities.ravel(), "") if len(known.classes) > 1 else None
    areas = [curve.area for curve in curves]
    return Roc(tuple(curves), tuple(without), float(np.mean(areas)) if areas else float("nan"), micro)


def roc_curve(wanted: np.ndarray, score: np.ndarray, label: str = "") -> RocCurve:
    """The curve of one score for one question; there must be texts of both answers.

    >>> curve = roc_curve(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.6, 0.1]))
    >>> curve.true_positive_rate.tolist(), curve.false_positive_rate.tolist(), curve.area
    ([0.0, 0.5, 0.5, 1.0, 1.0], [0.0, 0.0, 0.5, 0.5, 1.0], 0.75)
    """
    ranked = ranking(wanted, score)
    true_rate = np.append(0.0, ranked.true_positives / ranked.positives)
    false_rate = np.append(0.0, ranked.false_positives / ranked.negatives)
    thresholds = np.append(np.inf, ranked.thresholds)
    area = float(np.trapezoid(true_rate, false_rate))
    return RocCurve(label, false_rate, true_rate, thresholds, area, ranked.positives, ranked.negatives)


def pairs_won(ranked: Ranking) -> float:
    """The area as a count: the share of (wanted, other) pairs that the score puts in the right order.

    >>> pairs_won(ranking(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.6, 0.1])))
    0.75
    """
    new_true = np.diff(ranked.true_positives, prepend=0)
    new_false = np.diff(ranked.false_positives, prepend=0)
    below = ranked.negatives - ranked.false_positives
    won = float((new_true * (below + new_false / 2)).sum())
    return won / (ranked.positives * ranked.negatives)
