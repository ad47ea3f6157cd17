"""Encoding with merges: of all neighbouring pairs, the one learnt first is merged first.

The leftmost of equally ranked pairs goes first, and each merge may make a new, even better pair. The
plain loop looks at every pair again after each merge, which is quadratic; that is fastest for a word.
A run of a million spaces is one "word" too: long ones are merged with a heap and a linked list.
"""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from itertools import count, pairwise
from math import inf
from typing import TypeVar

Part = TypeVar("Part")
Rank = Callable[[Part, Part], float]
"""The rank of a pair, lower first; infinity where the two cannot be merged."""
Join = Callable[[Part, Part], Part]

LONG = 64
"""Parts from which the heap is faster."""


def merge_by_rank(parts: Sequence[Part], rank: Rank[Part], join: Join[Part]) -> list[Part]:
    """Merge until no two neighbours have a rank.

    >>> from math import inf
    >>> ranks = {("l", "o"): 0, ("lo", "w"): 1, ("e", "r"): 2}
    >>> merge_by_rank("lower", lambda *pair: ranks.get(pair, inf), lambda left, right: left + right)
    ['low', 'er']
    """
    return merge_short(parts, rank, join) if len(parts) < LONG else merge_long(parts, rank, join)


def merge_short(parts: Sequence[Part], rank: Rank[Part], join: Join[Part]) -> list[Part]:
    """The plain loop: find the best pair, merge it, look at its two new neighbours."""
    merged = list(parts)
    ranks = [rank(left, right) for left, right in pairwise(merged)]
    while (best := min(ranks, default=inf)) < inf:
        position = ranks.index(best)
        merged[position : position + 2] = [join(merged[position], merged[position + 1])]
        del ranks[position]
        if position < len(ranks):
            ranks[position] = rank(merged[position], merged[position + 1])
        if position:
            ranks[position - 1] = rank(merged[position - 1], merged[position])
    return merged


def merge_long(parts: Sequence[Part], rank: Rank[Part], join: Join[Part]) -> list[Part]:
    """The same merges in O(n log n): a heap of (rank, position), each part linked to its neighbours.

    A heap entry carries the two parts it was made for; if either has changed, it is out of date. The
    entry's own number comes before them, so that two entries are never compared by their parts.
    """
    pieces: list[Part | None] = list(parts)
    following = list(range(1, len(pieces) + 1))
    preceding = list(range(-1, len(pieces) - 1))
    queue = [
        (value, position, position, left, right)
        for position, (left, right) in enumerate(pairwise(parts))
        if (value := rank(left, right)) < inf
    ]
    heapify(queue)
    numbers = count(len(pieces))

    def consider(position: int) -> None:
        other = following[position] if position >= 0 else len(pieces)
        if other < len(pieces):
            left, right = pieces[position], pieces[other]
            if left is not None and right is not None and (value := rank(left, right)) < inf:
                heappush(queue, (value, position, next(numbers), left, right))

    while queue:
        _, position, _, left, right = heappop(queue)
        other = following[position]
        if pieces[position] is not left or other >= len(pieces) or pieces[other] is not right:
            continue
        pieces[position], pieces[other] = join(left, right), None
        after = following[position] = following[other]
        if after < len(pieces):
            preceding[after] = position
        consider(preceding[position])
        consider(position)
    return [piece for piece in pieces if piece is not None]
