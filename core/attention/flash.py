"""FlashAttention: exact attention in tiles, without ever writing the n x n scores to memory.

The softmax of a row needs its maximum and its sum, which seem to need the whole row. Kept running,
they do not (m maximum, l sum, O output of a row; a tile brings scores S and values V):

    m' = max(m, rowmax(S))
    l' = exp(m - m') l + rowsum(exp(S - m'))
    O' = (exp(m - m') l O + exp(S - m') V) / l'

The factor exp(m - m') repairs what was summed under the old maximum. So a tile can be read, used and
forgotten. The outer loop goes over tiles of keys and values, the inner one over tiles of queries, as
in algorithm 1; FlashAttention-2 exchanges the loops and divides by l once at the end, which saves
work but changes no result. A tile that the causal mask hides altogether is skipped.

Sources: Milakov and Gimelshein 2018, "Online normalizer calculation for softmax", algorithm 3;
Dao et al. 2022, "FlashAttention", algorithm 1; Dao 2023, "FlashAttention-2", section 3.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor

from core.attention.exchange import HeadVectors
from core.attention.masks import causal_mask
from core.attention.scaled_dot_product import attention
from core.attention.shared_heads import repeat_heads
from core.errors import GlassboxError


@dataclass(frozen=True)
class FlashStep:
    """One tile: the part of the scores it computed, and what its rows know afterwards.

    Attributes:
        number: 1, 2, ... in the order of the algorithm.
        rows: first query row and the one after the last.
        columns: first key and the one after the last.
        scores: (rows, columns), -inf where the mask hides.
        old_maximum: (rows,), -inf before a row's first tile.
        new_maximum: (rows,).
        rescale: (rows,) exp(old maximum - new maximum), 0 before a row's first tile.
        old_sum: (rows,).
        new_sum: (rows,).
        output: (rows, width) after this tile; final when no tile of these rows is to come.
    """

    number: int
    rows: tuple[int, int]
    columns: tuple[int, int]
    scores: Tensor
    old_maximum: Tensor
    new_maximum: Tensor
    rescale: Tensor
    old_sum: Tensor
    new_sum: Tensor
    output: Tensor


@dataclass(frozen=True)
class FlashRun:
    """Every step, and the result.

    Attributes:
        steps: the tiles that were computed, in order.
        skipped: rows and columns of the tiles that the mask hides altogether.
        output: (n, width).
        length: n.
    """

    steps: tuple[FlashStep, ...]
    skipped: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    output: Tensor
    length: int


def flash_attention(
    queries: Tensor, keys: Tensor, values: Tensor, tile_rows: int, tile_columns: int, causal: bool = True
) -> FlashRun:
    """Attention of one head, tile by tile (algorithm 1).

    Args:
        queries: (n, width); `keys` and `values` likewise.
        tile_rows: queries in a tile, B_r.
        tile_columns: keys in a tile, B_c.
        causal: a query sees only keys up to its own position.

    Raises:
        GlassboxError: a tile without a row or a column.
    """
    if min(tile_rows, tile_columns) < 1:
        raise GlassboxError("attention.variants.error.tile", rows=tile_rows, columns=tile_columns)
    length = len(queries)
    maximum, total = torch.full((length,), -torch.inf), torch.zeros(length)
    output = torch.zeros(length, values.shape[1])
    steps: list[FlashStep] = []
    skipped = []
    for columns in _spans(length, tile_columns):
        for rows in _spans(length, tile_rows):
            if causal and columns[0] >= rows[1]:
                skipped.append((rows, columns))
                continue
            scores = _tile_scores(queries, keys, rows, columns, causal)
            at = slice(*rows)
            step = _take_in(len(steps) + 1, rows, columns, scores, values, maximum[at], total[at], output[at])
            maximum[at], total[at], output[at] = step.new_maximum, step.new_sum, step.output
            steps.append(step)
    return FlashRun(tuple(steps), tuple(skipped), output, length)


def _spans(length: int, size: int) -> list[tuple[int, int]]:
    return [(first, min(first + size, length)) for first in range(0, length, size)]


def _tile_scores(
    queries: Tensor, keys: Tensor, rows: tuple[int, int], columns: tuple[int, int], causal: bool
) -> Tensor:
    scores = queries[slice(*rows)] @ keys[slice(*columns)].T / sqrt(queries.shape[1])
    if not causal:
        return scores
    later = torch.arange(*columns)[None] > torch.arange(*rows)[:, None]
    return scores.masked_fill(later, -torch.inf)


def _take_in(
    number: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    scores: Tensor,
    values: Tensor,
    maximum: Tensor,
    total: Tensor,
    output: Tensor,
) -> FlashStep:
    """Lines 10 to 13 of algorithm 1: one tile taken into the running maximum, sum and output."""
    new_maximum = torch.maximum(maximum, scores.amax(1))
    # A row that has seen nothing, in this tile either, keeps -inf; without the guard -inf - -inf is NaN.
    reference = torch.where(new_maximum.isinf(), 0.0, new_maximum)
    rescale = torch.exp(maximum - reference)
    shares = torch.exp(scores - reference[:, None])
    new_sum = rescale * total + shares.sum(1)
    mixed = (rescale * total)[:, None] * output + shares @ values[slice(*columns)]
    return FlashStep(
        number=number,
        rows=rows,
        columns=columns,
        scores=scores,
        old_maximum=maximum.clone(),
        new_maximum=new_maximum,
        rescale=rescale,
        old_sum=total.clone(),
        new_sum=new_sum,
        output=mixed / torch.where(new_sum > 0, new_sum, 1.0)[:, None],
    )


@dataclass(frozen=True)
class Overflow:
    """exp(score) / sum of a row without and with the maximum subtracted, in half precision.

    Attributes:
        scores: (n,) the row's scores, float32.
        exponentials: (n,) exp of the scores as half precision holds them; inf above 65,504.
        unsafe: (n,) their shares, NaN where inf was divided by inf.
        safe: (n,) the shares with the maximum subtracted first.
    """

    scores: Tensor
    exponentials: Tensor
    unsafe: Tensor
    safe: Tensor

    @property
    def broken(self) -> bool:
        """Whether the unsafe shares are no longer numbers that sum to one."""
        return not bool(torch.isfinite(self.exponentials.sum()))


def overflow(scores: Tensor) -> Overflow:
    """The softmax of `scores` (n,) in float16, computed naively and safely.

    >>> overflow(torch.tensor([12.0, 1.0])).broken, overflow(torch.tensor([9.0, 1.0])).broken
    (True, False)
    """
    half = scores.to(torch.float16)
    exponentials = half.exp()
    shifted = (half - half.max()).exp()
    return Overflow(scores, exponentials, exponentials / exponentials.sum(), shifted / shifted.sum())


def difference_from_torch(
    run: FlashRun, queries: Tensor, keys: Tensor, values: Tensor, causal: bool = True
) -> float:
    """The largest difference of the run's output from torch's scaled_dot_product_attention."""
    expected = torch.nn.functional.scaled_dot_product_attention(
        queries[None], keys[None], values[None], is_causal=causal
    )
    return float((run.output - expected[0]).abs().max())


@dataclass(frozen=True)
class LargestScore:
    """Where a model's scores are largest, and that row of scores up to the query's own position."""

    layer: int
    head: int
    row: int
    scores: Tensor


def largest_score(vectors: Sequence[HeadVectors]) -> LargestScore:
    """Look through every head of every layer for the largest score that the causal mask allows."""
    best: LargestScore | None = None
    for layer, each in enumerate(vectors):
        heads, length, _ = each.queries.shape
        keys = repeat_heads(each.keys, heads)
        masked = attention(each.queries, keys, keys, causal_mask(length)).masked
        head, row, _ = (int(i) for i in torch.unravel_index(masked.argmax(), masked.shape))
        if best is None or float(masked.max()) > float(best.scores.max()):
            best = LargestScore(layer, head, row, masked[head, row, : row + 1])
    if best is None:
        raise ValueError("no layers")
    return best
