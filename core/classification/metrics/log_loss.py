"""Log loss: what the probability given to the right label costs.

    cost of a text = -ln p(its label)            log loss = mean over the texts

Half a probability costs 0.69, a tenth 2.3, a thousandth 6.9: being sure and wrong is what is expensive.
It is what training minimises, and its least value is reached only by the true probabilities, so it
rewards honesty where accuracy does not. Guessing every class with its share costs their entropy.

Source: Good 1952, "Rational Decisions", section 7.
"""

from dataclasses import dataclass

import numpy as np

from core.classification.metrics.known_rows import learned_rows, wanted_columns, wanted_probability
from core.classification.predictions import Predictions

SMALLEST = float(np.finfo(np.float64).eps)
"""A probability of 0 would cost infinitely much; scikit-learn takes the same bound."""


@dataclass(frozen=True)
class LogLoss:
    """The mean and what it is made of."""

    predictions: Predictions
    """The rows that it is taken over: those with a learned label."""
    costs: np.ndarray
    """(texts,) nats."""
    guessing: float
    """What naming each class with its share among these texts would cost."""

    @property
    def mean(self) -> float:
        """The log loss, nats a text."""
        return float(self.costs.mean())

    @property
    def costliest(self) -> np.ndarray:
        """Places of all rows, those that cost most first."""
        return np.argsort(-self.costs, kind="stable")

    def share_of_costliest(self, rows: int) -> float:
        """The part of the whole loss that the costliest `rows` make up."""
        return float(self.costs[self.costliest[:rows]].sum() / max(self.costs.sum(), SMALLEST))


def log_loss(predictions: Predictions) -> LogLoss:
    """The cost of every text.

    Raises:
        GlassboxError: no row has a learned label.

    >>> one = Predictions(("a", "b"), ("x",), (0,), ("a",), np.array([[0.5, 0.5]]))
    >>> round(log_loss(one).mean, 4)
    0.6931
    """
    known = learned_rows(predictions)
    costs = -np.log(np.clip(wanted_probability(known), SMALLEST, 1.0))
    share = np.bincount(wanted_columns(known), minlength=len(known.classes)) / len(known.texts)
    return LogLoss(known, costs, float(-(share[share > 0] * np.log(share[share > 0])).sum()))
