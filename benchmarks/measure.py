"""Timing two ways of doing the same work side by side, so that a busy machine slows both."""

import os
import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from statistics import median
from time import perf_counter

Work = Callable[[], int]
"""Does the work once and says how many tokens it produced."""


def interleaved_rates(works: Mapping[str, Work], repetitions: int) -> dict[str, float]:
    """Median tokens per second of each work: one warm-up round, then all in turn, `repetitions` times."""
    rates: dict[str, list[float]] = {name: [] for name in works}
    for round_number in range(repetitions + 1):
        for name, work in works.items():
            rate = _rate(work)
            if round_number:
                rates[name].append(rate)
    return {name: median(values) for name, values in rates.items()}


def _rate(work: Work) -> float:
    started = perf_counter()
    tokens = work()
    return tokens / (perf_counter() - started)


def machine(*packages: str) -> dict[str, object]:
    """What a figure was measured on: cores, load before the measurement, Python and package versions."""
    return {
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
    }
