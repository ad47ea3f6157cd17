"""How long a job still takes, from how fast it has been lately.

The speed is the work of the recent reports over their time. The slowest stretch between two reports
is left out if it stands out (a laptop that slept, a file that was read once); slow steps that come
again and again count.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

SAMPLES_KEPT = 30
SECONDS_BETWEEN_SAMPLES = 0.5
STANDS_OUT = 4.0
"""Times the median time for one unit of work."""

Sample = tuple[float, float]
"""When (seconds since 1970) and how much was done then."""


def seconds_left(samples: Sequence[Sample], total: float, now: float) -> float | None:
    """Seconds until `total` is done, or None while nothing can be said.

    >>> seconds_left([(0.0, 0), (1.0, 10), (2.0, 20)], total=50, now=2.0)
    3.0
    >>> seconds_left([(0.0, 0), (1.0, 10), (61.0, 20), (62.0, 30), (63.0, 40)], total=50, now=63.0)
    1.0
    >>> seconds_left([(0.0, 0)], total=50, now=1.0) is None
    True
    """
    rising = [
        sample for index, sample in enumerate(samples) if not index or sample[1] > samples[index - 1][1]
    ]
    stretches = [
        (later[0] - earlier[0], later[1] - earlier[1])
        for earlier, later in pairwise(rising)
        if later[1] > earlier[1]
    ]
    if not stretches:
        return None
    stretches.sort(key=lambda stretch: stretch[0] / stretch[1])
    usual = median(seconds / work for seconds, work in stretches)
    if len(stretches) > 2 and stretches[-1][0] / stretches[-1][1] > STANDS_OUT * usual:
        stretches.pop()
    seconds_each = sum(seconds for seconds, _ in stretches) / sum(work for _, work in stretches)
    last_time, done = samples[-1]
    return max((total - done) * seconds_each - (now - last_time), 0.0)
