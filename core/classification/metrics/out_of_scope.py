"""Out-of-scope input: telling texts that belong to no class from those that do, by the model's own output.

Four scores, each the higher the more a text is held to be in scope:

    max_probability   max_k p_k
    energy            ln sum_k exp(z_k)           the negative energy of the logits z
    entropy           sum_k p_k ln p_k            the negative entropy
    distance          cosine to the nearest training text

Softmax forgets a constant: z and z + c give the same p. Logits are therefore taken as ln p with their mean
over the classes removed, which for a logistic regression (its weight vectors sum to zero) are the true
logits, and the energy score becomes -mean_k ln p_k. How well a score separates is its area under ROC, with
the in-scope texts as those wanted.

Sources: Hendrycks and Gimpel 2017, "A Baseline for Detecting Misclassified and Out-of-Distribution
Examples"; Liu et al. 2020, "Energy-based Out-of-distribution Detection", section 3;
Larson et al. 2019, "An Evaluation Dataset for Intent Classification and Out-of-Scope Prediction".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.classification.metrics.roc import RocCurve, roc_curve
from core.errors import GlassboxError

SMALLEST = float(np.finfo(np.float64).tiny)
"""What a probability that was rounded to 0 counts as here, where the least probable class matters."""


@dataclass(frozen=True)
class ScopeScore:
    """One score on texts of both kinds."""

    name: str
    inside: np.ndarray
    """(in-scope texts,)"""
    outside: np.ndarray
    """(out-of-scope texts,)"""
    curve: RocCurve

    def threshold_keeping(self, share: float) -> float:
        """The highest threshold at which at least `share` of the in-scope texts pass."""
        ordered = np.sort(self.inside)[::-1]
        needed = max(1, int(np.ceil(share * len(ordered) - 1e-9)))
        return float(ordered[needed - 1])

    def passed(self, threshold: float) -> float:
        """The share of out-of-scope texts that are let through."""
        return float((self.outside >= threshold).mean())


def max_probability(probabilities: np.ndarray) -> np.ndarray:
    """(texts,) the largest probability."""
    return np.asarray(probabilities.max(axis=1))


def energy(probabilities: np.ndarray) -> np.ndarray:
    """(texts,) ln sum exp of the logits whose mean over the classes is 0.

    >>> energy(np.array([[0.5, 0.5], [0.9, 0.1]])).round(3).tolist()
    [0.693, 1.204]
    """
    return np.asarray(-np.log(np.clip(probabilities, SMALLEST, 1.0)).mean(axis=1))


def entropy(probabilities: np.ndarray) -> np.ndarray:
    """(texts,) the negative entropy in nats: 0 where the model is certain."""
    kept = np.clip(probabilities, SMALLEST, 1.0)
    return np.asarray((kept * np.log(kept)).sum(axis=1))


def nearest_cosine(vectors: np.ndarray, training: np.ndarray) -> np.ndarray:
    """(texts,) the cosine of each of (texts, width) unit vectors to the nearest training one."""
    return np.concatenate(
        [(vectors[first : first + 512] @ training.T).max(axis=1) for first in range(0, len(vectors), 512)]
    )


FROM_PROBABILITIES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "max_probability": max_probability,
    "energy": energy,
    "entropy": entropy,
}


def scope_score(name: str, inside: np.ndarray, outside: np.ndarray) -> ScopeScore:
    """How well one score separates the two kinds of texts.

    Raises:
        GlassboxError: there are no texts of one kind.
    """
    if not len(inside) or not len(outside):
        raise GlassboxError("classification.report.error.scope_texts")
    wanted = np.append(np.ones(len(inside), bool), np.zeros(len(outside), bool))
    return ScopeScore(name, inside, outside, roc_curve(wanted, np.append(inside, outside)))


def scope_scores(inside: np.ndarray, outside: np.ndarray) -> tuple[ScopeScore, ...]:
    """The scores that need nothing but (texts, classes) probabilities of both kinds of texts.

    Raises:
        GlassboxError: there are no texts of one kind.
    """
    return tuple(
        scope_score(name, measure(inside), measure(outside)) for name, measure in FROM_PROBABILITIES.items()
    )
