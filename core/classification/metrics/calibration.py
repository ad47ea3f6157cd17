"""Calibration: of the texts about which the model is 80% sure, are 80% right?

    ECE = sum over bins b of (n_b / n) * |accuracy(b) - mean confidence(b)|

with bins of equal width over the probability of the predicted class. The figure depends on the bins (a
few texts a bin make it look worse than it is), so the diagram and the counts are shown beside it.

Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2.
"""

from dataclasses import dataclass

import numpy as np

from core.classification.predictions import Predictions
from core.errors import GlassboxError

BINS = 10


@dataclass(frozen=True)
class Bin:
    """The texts whose confidence lies in (low, high]."""

    low: float
    high: float
    count: int
    accuracy: float
    confidence: float
    """Mean over the texts of the bin; both are 0 for an empty one."""

    @property
    def gap(self) -> float:
        """Positive where the model is surer than it is right."""
        return self.confidence - self.accuracy


@dataclass(frozen=True)
class Calibration:
    """The reliability diagram as numbers."""

    bins: tuple[Bin, ...]
    total: int
    error: float
    """ECE, 0 to 1."""
    confidence: float
    """Mean over all texts."""
    accuracy: float

    def part_of_error(self, place: int) -> float:
        """What bin `place` adds to the ECE."""
        found = self.bins[place]
        return found.count / self.total * abs(found.gap)


def bin_places(confidence: np.ndarray, bins: int = BINS) -> np.ndarray:
    """(texts,) the bin of each confidence; the ends of bins belong to the lower one.

    >>> bin_places(np.array([0.05, 0.1, 0.11, 1.0])).tolist()
    [0, 0, 1, 9]
    """
    edges = np.linspace(0.0, 1.0, bins + 1)
    return np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)


def calibration(predictions: Predictions, bins: int = BINS) -> Calibration:
    """Bin the texts by confidence; a text whose label was never learned is always wrong.

    Raises:
        GlassboxError: no texts.
    """
    if not predictions.texts:
        raise GlassboxError("classification.report.error.no_rows")
    confidence = predictions.confidence
    right = np.array(predictions.predicted) == np.array(predictions.wanted)
    places = bin_places(confidence, bins)
    found = tuple(
        _bin(place, bins, confidence[places == place], right[places == place]) for place in range(bins)
    )
    total = len(confidence)
    error = sum(each.count / total * abs(each.gap) for each in found)
    return Calibration(found, total, float(error), float(confidence.mean()), float(right.mean()))


def _bin(place: int, bins: int, confidence: np.ndarray, right: np.ndarray) -> Bin:
    count = len(confidence)
    mean = (float(right.mean()), float(confidence.mean())) if count else (0.0, 0.0)
    return Bin(place / bins, (place + 1) / bins, count, *mean)
