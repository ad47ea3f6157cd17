"""Five figures and an interval: what a training says of itself; the report view takes them apart.

accuracy       share of texts whose most probable class is the wanted one
macro F1       mean over classes of 2 P R / (P + R); a class counts alike however rare
log loss       mean of -ln p(wanted), nats; being sure and wrong is dear
ROC AUC        mean over classes of the chance that a text of the class gets more probability than another
ECE            mean distance between what it says (its confidence) and what it keeps, over 15 bins

Source of ECE: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2, equation 3.
"""

from dataclasses import dataclass

import numpy as np

from core.classification.predictions import Predictions
from core.errors import GlassboxError
from core.intervals import CONFIDENCE, RESAMPLES

BINS = 15
SMALLEST = float(np.finfo(np.float64).eps)
"""The least probability that log loss takes, as in scikit-learn; a label that was never learned has it."""


@dataclass(frozen=True)
class Scores:
    """Of one model on rows whose labels are known."""

    rows: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    """95% bootstrap interval over the rows."""
    macro_f1: float
    log_loss: float
    """Nats."""
    roc_auc_macro: float | None
    """None where no class has both rows of its own and rows of others."""
    ece: float


def scores(found: Predictions) -> Scores:
    """The five figures.

    Raises:
        GlassboxError: there are no rows.
    """
    from sklearn.metrics import f1_score

    if not found.texts:
        raise GlassboxError("classification.train.error.no_rows")
    right = np.array(
        [wanted == predicted for wanted, predicted in zip(found.wanted, found.predicted, strict=True)]
    )
    low, high = accuracy_interval(int(right.sum()), len(right))
    return Scores(
        rows=len(right),
        accuracy=float(right.mean()),
        accuracy_low=low,
        accuracy_high=high,
        macro_f1=float(f1_score(found.wanted, found.predicted, average="macro", zero_division=0.0)),
        log_loss=float(-np.log(wanted_probabilities(found)).mean()),
        roc_auc_macro=_roc_auc(found),
        ece=calibration_error(found.confidence, right),
    )


def accuracy_interval(right: int, rows: int, seed: int = 0) -> tuple[float, float]:
    """The percentile bootstrap interval of an accuracy.

    Drawing `rows` rows with replacement and counting the right ones is a binomial draw, so no row is drawn
    one by one.

    >>> accuracy_interval(5, 5)
    (1.0, 1.0)
    """
    shares = np.random.default_rng(seed).binomial(rows, right / rows, RESAMPLES) / rows
    low, high = np.quantile(shares, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return float(low), float(high)


def wanted_probabilities(found: Predictions) -> np.ndarray:
    """(rows,) what each wanted label was given, at least `SMALLEST`."""
    places = {name: place for place, name in enumerate(found.classes)}
    given = [
        row[places[wanted]] if wanted in places else 0.0
        for row, wanted in zip(found.probabilities, found.wanted, strict=True)
    ]
    return np.clip(given, SMALLEST, 1.0)


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """ECE: sum over bins of share of rows in it * |accuracy in it - mean confidence in it|.

    Args:
        confidence: (rows,) from 0 to 1.
        right: (rows,) of booleans.

    >>> round(calibration_error(np.array([0.9, 0.9]), np.array([True, False])), 2)
    0.4
    """
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(right))


def _roc_auc(found: Predictions) -> float | None:
    """Mean of one class against the rest."""
    from sklearn.metrics import roc_auc_score

    wanted = np.array(found.wanted, dtype=object)
    areas = []
    for place, name in enumerate(found.classes):
        own = wanted == name
        if own.any() and not own.all():
            areas.append(roc_auc_score(own, found.probabilities[:, place]))
    return float(np.mean(areas)) if areas else None
