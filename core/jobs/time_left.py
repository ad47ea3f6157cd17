"""How long a job still takes, from how fast it has been lately.

The speed is the median over the slopes between all pairs of recent reports (Theil 1950, "A
rank-invariant method of linear and polynomial regression analysis"): one step that took ten times
as long, because the laptop slept or a file was read, does not move it.
"""

from collections.abc import Sequence
from statistics import median

SAMPLES_KEPT = 30
SECONDS_BETWEEN_SAMPLES = 0.5

Sample = tuple[float, float]
"""When (seconds since 1970) and how much was done then."""


def seconds_left(samples: Sequence[Sample], total: float, now: float) -> float | None:
    """Seconds until `total` is done, or None while nothing can be said.

    >>> seconds_left([(0.0, 0), (1.0, 10), (2.0, 20)], total=50, now=2.0)
    3.0
    >>> seconds_left([(0.0, 0), (1.0, 10), (61.0, 20), (62.0, 30), (63.0, 40)], total=50, now=63.0)
    3.05
    >>> seconds_left([(0.0, 0)], total=50, now=1.0) is None
    True
    """
    slopes = [
        (later[0] - earlier[0]) / (later[1] - earlier[1])
        for index, earlier in enumerate(samples)
        for later in samples[index + 1 :]
        if later[1] > earlier[1]
    ]
    if not slopes:
        return None
    last_time, done = samples[-1]
    return max((total - done) * median(slopes) - (now - last_time), 0.0)
