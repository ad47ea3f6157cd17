"""Relative positions: the score is told how far apart two tokens stand, not where each stands.

Shaw et al. add a learnt vector for each distance to the keys, all distances beyond k sharing one. T5
keeps only a learnt number for each head and bucket, added to the score; half of the buckets hold one
distance each, the other half ever wider ranges up to a largest distance, beyond which all are alike.
Sources: Shaw, Uszkoreit and Vaswani 2018, "Self-Attention with Relative Position Representations",
section 3.2; Raffel et al. 2020, "Exploring the Limits of Transfer Learning" (T5), section 2.1.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.positions.checks import check_even, check_whole

BUCKETS, LARGEST = 32, 128
"""T5's own."""


def offsets(length: int) -> Tensor:
    """Key position minus query position: (length, length), negative for keys that came before.

    >>> offsets(2)
    tensor([[ 0,  1],
            [-1,  0]])
    """
    check_whole("length", length, 1)
    positions = torch.arange(length)
    return positions[None, :] - positions[:, None]


def clipped(relative: Tensor, largest: int) -> Tensor:
    """Shaw's index of each offset: 0 to 2 * largest, everything further than `largest` at the ends.

    Raises:
        GlassboxError: `largest` is not positive.

    >>> clipped(torch.tensor([-9, -1, 0, 1, 9]), 2)
    tensor([0, 1, 2, 3, 4])
    """
    check_whole("clip", largest, 1)
    return relative.clamp(-largest, largest) + largest


def shaw_index(offset: int, largest: int) -> int:
    """Which of Shaw's vectors an offset uses.

    >>> shaw_index(-20, 16), shaw_index(3, 16)
    (0, 19)
    """
    return int(clipped(torch.tensor(offset), largest))


@dataclass(frozen=True)
class Staircase:
    """The bucket of every offset."""

    offsets: Tensor
    """(n,)."""
    buckets: Tensor
    """(n,)."""


def staircase(kind: str, furthest: int, clip: int) -> Staircase:
    """The buckets of the offsets from -furthest to furthest.

    Args:
        kind: "shaw", "t5" (encoder) or "t5_causal" (decoder).
        furthest: positive.
        clip: Shaw's largest distance.
    """
    shown = torch.arange(-furthest, furthest + 1)
    return Staircase(shown, _of_kind(kind, shown, clip))


def matrix(kind: str, length: int, clip: int) -> Tensor:
    """The bucket of every query (row) and key (column): (length, length)."""
    return _of_kind(kind, offsets(length), clip)


def _of_kind(kind: str, relative: Tensor, clip: int) -> Tensor:
    return clipped(relative, clip) if kind == "shaw" else buckets(relative, bidirectional=kind == "t5")


@dataclass(frozen=True)
class BucketStep:
    """The arithmetic of one T5 bucket."""

    offset: int
    distance: int
    """What is bucketed: the number of tokens back, or either way for a bidirectional model."""
    exact: int
    """Distances below this have a bucket of their own."""
    per_side: int
    """Buckets for each direction."""
    side: int
    """Added for keys after the query, bidirectional only."""
    logarithm: float
    """exact + log(distance / exact) / log(largest / exact) * (per_side - exact), before rounding down."""
    bucket: int


def buckets(
    relative: Tensor, bidirectional: bool = True, count: int = BUCKETS, largest: int = LARGEST
) -> Tensor:
    """T5's bucket of each offset.

    Args:
        relative: key position minus query position, any shape.
        bidirectional: an encoder: half of the buckets for keys after the query; else those share bucket 0.
        count: buckets in all, even.
        largest: distance from which on all share the last bucket.

    Raises:
        GlassboxError: `count` is odd or too small, or `largest` is not beyond the exact distances.

    >>> buckets(torch.tensor([-200, -20, -3, 0, 3, 20, 200]))
    tensor([15, 10,  3,  0, 19, 26, 31])
    """
    per_side, exact = _sizes(bidirectional, count, largest)
    if bidirectional:
        side = (relative > 0).long() * per_side
        distance = relative.abs()
    else:
        side = torch.zeros_like(relative)
        distance = (-relative).clamp(min=0)
    # The same order of operations in the same precision as T5, so that edges fall to the same side.
    ranks = torch.log(distance.float().clamp(min=1) / exact) / math.log(largest / exact)
    wide = (exact + (ranks * (per_side - exact)).long()).clamp(max=per_side - 1)
    return side + torch.where(distance < exact, distance, wide)


def bucket_step(
    offset: int, bidirectional: bool = True, count: int = BUCKETS, largest: int = LARGEST
) -> BucketStep:
    """How T5 finds the bucket of one offset.

    Raises:
        GlassboxError: as `buckets`.

    >>> bucket_step(-20).bucket, round(bucket_step(-20).logarithm, 2)
    (10, 10.64)
    """
    per_side, exact = _sizes(bidirectional, count, largest)
    distance = abs(offset) if bidirectional else max(-offset, 0)
    logarithm = exact + math.log(max(distance, 1) / exact) / math.log(largest / exact) * (per_side - exact)
    found = int(buckets(torch.tensor([offset]), bidirectional, count, largest)[0])
    side = per_side if bidirectional and offset > 0 else 0
    return BucketStep(offset, distance, exact, per_side, side, logarithm, found)


def _sizes(bidirectional: bool, count: int, largest: int) -> tuple[int, int]:
    """Buckets a side, and how many of them hold a single distance."""
    check_even(count)
    per_side = count // 2 if bidirectional else count
    check_whole("buckets", count, 8 if bidirectional else 4)
    exact = per_side // 2
    check_whole("largest", largest, exact + 1)
    return per_side, exact
