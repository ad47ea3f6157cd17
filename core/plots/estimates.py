"""Figures with intervals, drawn alike everywhere: which measures there are, their units, their error bars."""

from collections.abc import Sequence
from typing import Any

from core.decoding.comparison import SettingSummary
from core.intervals import Estimate
from core.plots.theme import PALETTE
from core.wording import Words

UNITS = {
    "rep_4": "share",
    "rep_2": "share",
    "rep_3": "share",
    "distinct_2": "share",
    "repetition": "share",
    "entropy": "nats",
    "perplexity": "choices",
}
"""The measures of a summary that have an interval, and the unit of each; the first is drawn at first."""


def estimate_of(summary: SettingSummary, measure: str) -> Estimate:
    """The summary's figure for `measure`, a key of `UNITS`."""
    if measure not in UNITS:
        raise KeyError(measure)
    estimate: Estimate = getattr(summary, measure)
    return estimate


def axis_title(measure: str, words: Words) -> str:
    """The measure's name with its unit."""
    return (
        f"{words(f'decoding.measures.name.{measure}')} ({words(f'decoding.measures.unit.{UNITS[measure]}')})"
    )


def error_bars(estimates: Sequence[Estimate], scale: float = 1.0) -> dict[str, Any]:
    """Plotly's error bars from each figure to the ends of its interval, lengths times `scale`."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [scale * (estimate.high - estimate.value) for estimate in estimates],
        "arrayminus": [scale * (estimate.value - estimate.low) for estimate in estimates],
        "thickness": 1.5,
        "color": PALETTE.neutral,
    }


def interval_texts(estimates: Sequence[Estimate], words: Words) -> list[str]:
    """A hover line for each figure: the value and its interval."""
    return [
        words("decoding.measures.interval", value=estimate.value, low=estimate.low, high=estimate.high)
        for estimate in estimates
    ]
