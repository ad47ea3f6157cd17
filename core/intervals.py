"""95% intervals: how far a figure from some dozens of generations may be off.

Wilson's interval for a share (such as "37 of 240 texts loop") stays inside 0..1 and is right near
its ends, where the textbook p +- 1.96 s fails; the bootstrap, for means, draws the observed values anew.

Sources: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference";
Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from core.errors import GlassboxError

CONFIDENCE = 0.95
RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval."""

    value: float
    low: float
    high: float


def wilson_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> Estimate:
    """The share `successes` / `trials` with Wilson's score interval.

    Raises:
        GlassboxError: no trials, or successes outside 0..trials.

    >>> share = wilson_interval(1, 10)
    >>> round(share.low, 4), share.value, round(share.high, 4)
    (0.0179, 0.1, 0.4042)
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise GlassboxError("results.error.share", successes=successes, trials=trials)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / trials
    middle = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    # Rounding must not push the ends past the share itself at 0 and 1.
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return Estimate(share, min(share, max(0.0, low)), max(share, min(1.0, high)))


def bootstrap_interval(values: Sequence[float], seed: int = 0, confidence: float = CONFIDENCE) -> Estimate:
    """The mean of `values` with the percentile bootstrap interval over 2,000 resamples.

    Raises:
        GlassboxError: no values, or one that is not finite.

    >>> bootstrap_interval([2.0, 2.0, 2.0])
    Estimate(value=2.0, low=2.0, high=2.0)
    """
    return ratio_interval(values, [1.0] * len(values), seed, confidence)


def ratio_interval(
    numerators: Sequence[float], denominators: Sequence[float], seed: int = 0, confidence: float = CONFIDENCE
) -> Estimate:
    """Sum of `numerators` / sum of `denominators`, bootstrapped over the pairs.

    For figures that weigh texts by length, such as the mean negative log likelihood of a token.

    Raises:
        GlassboxError: no values, not pairs, not finite, or denominators that are not positive.

    >>> ratio_interval([1.0, 3.0], [1.0, 3.0])
    Estimate(value=1.0, low=1.0, high=1.0)
    """
    top, bottom = np.asarray(numerators, float), np.asarray(denominators, float)
    usable = top.size and top.shape == bottom.shape and np.isfinite(top).all() and np.isfinite(bottom).all()
    if not usable or (bottom <= 0).any():
        raise GlassboxError("results.error.values")
    drawn = np.random.default_rng(seed).integers(0, top.size, (RESAMPLES, top.size))
    ratios = top[drawn].sum(1) / bottom[drawn].sum(1)
    low, high = np.quantile(ratios, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Estimate(float(top.sum() / bottom.sum()), float(low), float(high))
