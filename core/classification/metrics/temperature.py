"""Temperature scaling: one number, fitted on validation, that makes a model as sure as it is right.

    p_T = softmax(ln p / T)

T > 1 makes it less sure, T < 1 surer. The order of the classes stays, hence every prediction and the
accuracy. T is where the log loss of the validation texts is least; test texts have no part in it.

Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar

from core.classification.metrics.known_rows import learned_rows, wanted_columns
from core.classification.metrics.log_loss import SMALLEST
from core.classification.predictions import Predictions

COLDEST, HOTTEST = 0.05, 20.0


@dataclass(frozen=True)
class Temperature:
    """What was fitted and what it does to the texts that it was fitted on."""

    value: float
    loss_before: float
    loss_after: float
    """Nats a validation text."""
    texts: int
    errors: int
    """Of these texts; without any, the surer the better, and the temperature means nothing."""


def with_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """(texts, classes) softmax(ln p / T), rows summing to 1.

    >>> with_temperature(np.array([[0.8, 0.2]]), 1.0).round(3).tolist()
    [[0.8, 0.2]]
    >>> with_temperature(np.array([[0.8, 0.2]]), 2.0).round(3).tolist()
    [[0.667, 0.333]]
    """
    scaled = np.log(np.clip(probabilities, SMALLEST, 1.0)) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def rescaled(predictions: Predictions, temperature: float) -> Predictions:
    """The same predictions, as sure as `temperature` makes them."""
    return replace(predictions, probabilities=with_temperature(predictions.probabilities, temperature))


def fitted_temperature(validation: Predictions) -> Temperature:
    """The temperature under which the validation texts cost least.

    Raises:
        GlassboxError: no row has a learned label.
    """
    known = learned_rows(validation)
    logits = np.log(np.clip(known.probabilities, SMALLEST, 1.0))
    columns = wanted_columns(known)

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        highest = scaled.max(axis=1)
        whole = highest + np.log(np.exp(scaled - highest[:, None]).sum(axis=1))
        return float((whole - scaled[np.arange(len(columns)), columns]).mean())

    ends = float(np.log(COLDEST)), float(np.log(HOTTEST))
    found = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-5})
    value = float(np.exp(found.x))
    errors = int((logits.argmax(axis=1) != columns).sum())
    return Temperature(value, loss(0.0), float(found.fun), len(columns), errors)
