"""Answer only when sure: what a threshold on the confidence leaves unanswered, and what it gains.

    coverage(t) = texts with confidence >= t / all texts      accuracy(t) = right ones among these / these

Source: Geifman and El-Yaniv 2017, "Selective Classification for Deep Neural Networks", section 2.
"""

from dataclasses import dataclass

import numpy as np

from core.classification.predictions import Predictions
from core.errors import GlassboxError


@dataclass(frozen=True)
class CoverageCurve:
    """One point for each distinct confidence, the highest first."""

    thresholds: np.ndarray
    coverage: np.ndarray
    accuracy: np.ndarray


@dataclass(frozen=True)
class Selection:
    """What one threshold does."""

    threshold: float
    answered: int
    right: int
    total: int
    refused_right: int
    """Texts left to a person though the answer was right."""

    @property
    def coverage(self) -> float:
        """The share that is answered."""
        return self.answered / self.total

    @property
    def accuracy(self) -> float | None:
        """Of the answers; None where there is none."""
        return self.right / self.answered if self.answered else None


def _right(predictions: Predictions) -> np.ndarray:
    if not predictions.texts:
        raise GlassboxError("classification.report.error.no_rows")
    return np.array(predictions.predicted) == np.array(predictions.wanted)


def coverage_curve(predictions: Predictions) -> CoverageCurve:
    """Coverage and accuracy at every confidence that occurs.

    Raises:
        GlassboxError: no texts.
    """
    right, confidence = _right(predictions), predictions.confidence
    order = np.argsort(-confidence, kind="stable")
    last = np.append(np.flatnonzero(np.diff(confidence[order])), len(order) - 1)
    answered = last + 1
    return CoverageCurve(
        confidence[order][last], answered / len(order), np.cumsum(right[order])[last] / answered
    )


def selection(predictions: Predictions, threshold: float) -> Selection:
    """What is answered at `threshold`, and how much of it is right.

    Raises:
        GlassboxError: no texts.
    """
    right, sure = _right(predictions), predictions.confidence >= threshold
    return Selection(
        threshold, int(sure.sum()), int((right & sure).sum()), len(right), int((right & ~sure).sum())
    )


def threshold_for(validation: Predictions, accuracy: float) -> float | None:
    """The lowest threshold whose validation answers are right at least at the rate `accuracy`.

    None where no threshold reaches it. Chosen on validation, it may hold or not on the test texts.

    Raises:
        GlassboxError: no texts.
    """
    curve = coverage_curve(validation)
    reached = np.flatnonzero(curve.accuracy >= accuracy)
    return float(curve.thresholds[reached[-1]]) if len(reached) else None
