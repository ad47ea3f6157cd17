"""How far the figures of a report may be off: the test texts drawn anew a thousand times.

Each draw takes as many texts as there are, with repetition, and every figure is computed again; 95% of
the values lie in the interval. It answers "what if the test texts had been others", not "what if the
model had been trained anew".

Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3.
"""

import numpy as np

from core.classification.metrics.confusion import confusion
from core.classification.metrics.log_loss import log_loss
from core.classification.predictions import Predictions
from core.intervals import Estimate

RESAMPLES = 1000
SEED = 0


def bootstrap_estimates(
    predictions: Predictions, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Estimate]:
    """accuracy, macro_f1, weighted_f1 and log_loss, each with its 95% interval.

    Raises:
        GlassboxError: no texts, or none with a learned label.
    """
    found = confusion(predictions)
    place = {label: index for index, label in enumerate(found.classes)}
    wanted = np.array([place[label] for label in predictions.wanted])
    predicted = np.array([place[label] for label in predictions.predicted])
    generator = np.random.default_rng(seed)
    rows = np.stack([figures_of(wanted, predicted, len(place))])
    drawn = np.empty((resamples, rows.shape[1]))
    for number in range(resamples):
        places = generator.integers(0, len(wanted), len(wanted))
        drawn[number] = figures_of(wanted[places], predicted[places], len(place))
    names = ("accuracy", "macro_f1", "weighted_f1")
    estimates = {name: _estimate(rows[0, at], drawn[:, at]) for at, name in enumerate(names)}
    return {**estimates, "log_loss": _mean_estimate(log_loss(predictions).costs, resamples, generator)}


def figures_of(wanted: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(3,) accuracy, macro F1 and weighted F1 of (texts,) class numbers.

    A class that a draw left without any text and any call is no part of that draw's macro mean.
    """
    true = np.bincount(wanted[wanted == predicted], minlength=classes)
    support, called = np.bincount(wanted, minlength=classes), np.bincount(predicted, minlength=classes)
    seen = (support + called) > 0
    f1 = 2 * true[seen] / (support + called)[seen]
    return np.array([true.sum() / len(wanted), f1.mean(), (f1 * support[seen]).sum() / len(wanted)])


def _estimate(value: float, drawn: np.ndarray) -> Estimate:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(float(value), float(low), float(high))


def _mean_estimate(costs: np.ndarray, resamples: int, generator: np.random.Generator) -> Estimate:
    drawn = np.array([costs[generator.integers(0, len(costs), len(costs))].mean() for _ in range(resamples)])
    return _estimate(float(costs.mean()), drawn)
