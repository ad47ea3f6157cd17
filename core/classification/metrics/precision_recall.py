"""Precision against recall as the threshold falls, and the average precision.

    average precision = sum over thresholds n of (recall_n - recall_{n-1}) * precision_n

Chance is no longer a fixed line: a score that knows nothing has the class's own share as precision. That
is why this picture, unlike ROC, shows what a rare class costs. The steps are not joined by slanted lines,
which would promise precision that no threshold has.

Source: Davis and Goadrich 2006, "The Relationship Between Precision-Recall and ROC Curves", section 4.
"""

from dataclasses import dataclass

import numpy as np

from core.classification.metrics.known_rows import learned_rows, wanted_columns
from core.classification.metrics.ranking import ranking
from core.classification.predictions import Predictions


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """One curve, from the strictest threshold on."""

    label: str
    recall: np.ndarray
    precision: np.ndarray
    thresholds: np.ndarray
    average_precision: float
    share: float
    """Of the class among the texts: the precision of a score that knows nothing."""


def precision_recall(predictions: Predictions) -> tuple[PrecisionRecallCurve, ...]:
    """The curve of every class that has texts and is not alone.

    Raises:
        GlassboxError: no row has a learned label.
    """
    known = learned_rows(predictions)
    columns = wanted_columns(known)
    return tuple(
        precision_recall_curve(columns == place, known.probabilities[:, place], label)
        for place, label in enumerate(known.classes)
        if 0 < (columns == place).sum() < len(columns)
    )


def precision_recall_curve(wanted: np.ndarray, score: np.ndarray, label: str = "") -> PrecisionRecallCurve:
    """The curve of one score for one question; there must be a wanted text.

    >>> curve = precision_recall_curve(np.array([True, False, True]), np.array([0.9, 0.8, 0.3]))
    >>> curve.recall.tolist(), curve.precision.round(3).tolist(), round(curve.average_precision, 3)
    ([0.5, 0.5, 1.0], [1.0, 0.5, 0.667], 0.833)
    """
    ranked = ranking(wanted, score)
    recall = ranked.true_positives / ranked.positives
    precision = ranked.true_positives / (ranked.true_positives + ranked.false_positives)
    area = float((np.diff(recall, prepend=0.0) * precision).sum())
    return PrecisionRecallCurve(label, recall, precision, ranked.thresholds, area, float(wanted.mean()))
