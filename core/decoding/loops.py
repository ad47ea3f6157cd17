"""Exact detection of a loop: the text ends in one phrase, repeated again and again.

A tail of length L has period p when each of its tokens equals the one p places later. Read the
text backwards and call Z(p) the number of tokens that agree with the text shifted by p: the longest
tail with period p then has length L(p) = p + Z(p). All Z(p) together cost one pass, O(n), with the
Z algorithm, so that no period is left out and no limit on the phrase's length is needed.

Source of the algorithm: Gusfield 1997, "Algorithms on Strings, Trees and Sequences", section 1.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import GlassboxError


@dataclass(frozen=True)
class Loop:
    """The text's tail from `onset` on repeats a phrase of `period` tokens, `repeats` whole times."""

    onset: int
    """Index of the first token of the tail, counted from 0."""
    period: int
    """Tokens in the phrase."""
    repeats: int
    """Whole repetitions; the tail may go on for part of another."""


def repeated_tails(ids: Sequence[int]) -> list[int]:
    """For each period p = 0, 1, ..., n - 1 the length of the longest tail of `ids` with that period.

    Entry 0 is 0, as no phrase is empty. Every tail of at most p tokens has period p, so entry p is
    at least p.

    >>> repeated_tails([9, 1, 2, 1, 2, 1])
    [0, 1, 5, 3, 5, 5]
    """
    backwards = list(reversed(ids))
    agreeing = _agreement_with_start(backwards)
    return [0, *(period + agreeing[period] for period in range(1, len(backwards)))]


def find_loop(ids: Sequence[int], minimum_repeats: int = 3) -> Loop | None:
    """The loop in which `ids` ends: a phrase that fills the tail at least `minimum_repeats` times.

    Of all such phrases the one with the longest tail counts, of several with equal tails the
    shortest: a loop of sentences that each end in "!!!" is a loop of sentences.

    Raises:
        GlassboxError: `minimum_repeats` is below 2, where any text would be a loop.

    >>> find_loop([7, 8, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1])
    Loop(onset=2, period=3, repeats=3)
    >>> find_loop([1, 2, 3, 1, 2, 3]) is None
    True
    """
    if minimum_repeats < 2:
        raise GlassboxError("decoding.measures.error.repeats", value=minimum_repeats)
    tails = repeated_tails(ids)
    looping = [p for p in range(1, len(tails)) if tails[p] >= minimum_repeats * p]
    if not looping:
        return None
    period = max(looping, key=lambda p: (tails[p], -p))
    return Loop(onset=len(ids) - tails[period], period=period, repeats=tails[period] // period)


def _agreement_with_start(ids: list[int]) -> list[int]:
    """The Z array: how many tokens from place i on agree with the beginning of `ids`."""
    length = len(ids)
    agreeing = [length] + [0] * (length - 1) if length else []
    left = right = 0  # the stretch [left, right) known to equal the beginning that reaches furthest
    for place in range(1, length):
        known = min(right - place, agreeing[place - left]) if place < right else 0
        while place + known < length and ids[known] == ids[place + known]:
            known += 1
        agreeing[place] = known
        if place + known > right:
            left, right = place, place + known
    return agreeing
