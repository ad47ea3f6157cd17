"""Logistic regression over given features: the head of TF-IDF, of the probe and of contrastive tuning.

For features x_i, class y_i and weight s_i of each row, it looks for weights W and biases b with the least

    L(W, b) = sum_i s_i * -log softmax(W x_i + b)[y_i]  +  |W|^2 / (2 C)

C is `inverse_penalty`: the larger, the less W is held back. The problem is convex, so every solver that
converges finds the same answer; this one is scipy's L-BFGS, which calls back after each step, so that the
loss can be watched and the work stopped. With two classes only the second has weights, as in scikit-learn
(the sigmoid is the softmax of 0 and z). It equals `sklearn.linear_model.LogisticRegression`.

Sources: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.4;
Liu and Nocedal 1989, "On the limited memory BFGS method for large scale optimization".
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

MOST_STEPS = 1000
TOLERANCE = 1e-4
"""The search ends when no entry of the gradient of the mean loss is larger."""


@dataclass(frozen=True)
class LinearHead:
    """What was found."""

    weights: np.ndarray
    """(classes, features) float64; with two classes the first row is zero."""
    biases: np.ndarray
    """(classes,) float64."""

    def log_probabilities(self, features: Any) -> np.ndarray:
        """(rows, classes) of features (rows, features), dense or sparse."""
        return np.asarray(log_softmax(np.asarray(features @ self.weights.T) + self.biases, axis=1))

    @property
    def parameters(self) -> int:
        """Numbers that were free to be chosen."""
        rows = 1 if len(self.biases) == 2 else len(self.biases)
        return rows * (self.weights.shape[1] + 1)


def row_weights(labels: Sequence[str], balanced: bool) -> np.ndarray:
    """(rows,) 1 each, or balanced: rows / (classes * rows of this class), so that classes count alike.

    >>> row_weights(["a", "a", "a", "b"], balanced=True).round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    if not balanced:
        return np.ones(len(labels))
    counted = Counter(labels)
    return np.array([len(labels) / (len(counted) * counted[label]) for label in labels])


def fit_head(
    features: Any,
    targets: np.ndarray,
    classes: int,
    weights: np.ndarray,
    inverse_penalty: float,
    after_step: Callable[[int, LinearHead, float], None] | None = None,
) -> LinearHead:
    """The weights and biases with the least penalised loss.

    Args:
        features: (rows, features) float64, dense or sparse.
        targets: (rows,) the place of each row's class.
        classes: how many there are, at least one.
        weights: (rows,) s_i.
        inverse_penalty: C.
        after_step: called with the step's number, the head so far and the mean training loss (nats, without
            the penalty); may raise to stop.
    """
    rows, width = features.shape
    free = 1 if classes == 2 else classes
    total = float(weights.sum())
    last_loss = 0.0

    def head(flat: np.ndarray) -> LinearHead:
        table = flat.reshape(free, width + 1)
        if free < classes:
            table = np.vstack([np.zeros(width + 1), table])
        return LinearHead(table[:, :-1], table[:, -1])

    def loss_and_gradient(flat: np.ndarray) -> tuple[float, np.ndarray]:
        """Of L / sum of s, whose gradient does not grow with the number of rows."""
        nonlocal last_loss
        now = head(flat)
        logged = now.log_probabilities(features)
        last_loss = float(-(weights * logged[np.arange(rows), targets]).sum() / total)
        error = np.exp(logged)
        error[np.arange(rows), targets] -= 1
        error *= (weights / total)[:, None]
        error = error[:, classes - free :]
        free_weights = now.weights[classes - free :]
        slope = np.asarray(features.T @ error).T + free_weights / (inverse_penalty * total)
        gradient = np.hstack([slope, error.sum(0)[:, None]])
        penalty = float((free_weights**2).sum()) / (2 * inverse_penalty * total)
        return last_loss + penalty, gradient.ravel()

    step = 0

    def callback(flat: np.ndarray) -> None:
        nonlocal step
        step += 1
        if after_step is not None:
            after_step(step, head(flat), last_loss)

    with threadpool_limits(
        1
    ):  # on a busy machine, threads that wait for one another cost up to 40 times as much
        found = minimize(
            loss_and_gradient,
            np.zeros(free * (width + 1)),
            jac=True,
            method="L-BFGS-B",
            callback=callback,
            options={"maxiter": MOST_STEPS, "gtol": TOLERANCE, "ftol": 64 * np.finfo(float).eps, "maxls": 50},
        )
    return head(found.x)
