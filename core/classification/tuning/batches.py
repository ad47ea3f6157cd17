"""Batches of texts of similar length: bounded by tokens, and of shapes that repeat.

Sorted by length, little is computed on filling; a little noise in the lengths keeps batches different from
epoch to epoch, and their order is shuffled. Kernels for bfloat16 products are made anew for each shape that
the processor has not met, which costs more than the product itself: so rows come in multiples of 16 and
lengths in multiples of 2 wherever there is enough of them.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 5.1 (batches of about equal tokens).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

NOISE = 0.1
"""Lengths are multiplied by 1 +- this before sorting."""
ROWS, LENGTH = 16, 2
STEPS = 16
"""A small table is cut into at least about so many batches, or an epoch would be a handful of steps."""
FEWEST_TOKENS = 256
"""But no batch is planned smaller than this."""


def token_batches(lengths: Sequence[int], tokens: int, seed: int) -> list[list[int]]:
    """Divide rows into batches, in a shuffled order; every row is in exactly one.

    Args:
        lengths: tokens of each row.
        tokens: the most that a batch may have, filling included; a row that is longer is a batch of its own.
        seed: of the noise and of the order.

    >>> sorted(token_batches([2, 9, 2, 9], tokens=20, seed=0))
    [[0, 2], [1, 3]]
    """
    random = np.random.default_rng(seed)
    sizes = np.asarray(lengths)
    order = np.argsort(sizes * random.uniform(1 - NOISE, 1 + NOISE, len(sizes)), kind="stable")
    batches: list[list[int]] = []
    begin = 0
    while begin < len(order):
        count = _rows_that_fit(sizes[order[begin : begin + tokens]], tokens)
        batches.append(sorted(order[begin : begin + count].tolist()))
        begin += count
    return [batches[place] for place in random.permutation(len(batches)).tolist()]


def tokens_for(lengths: Sequence[int], tokens: int) -> int:
    """The size of a batch: `tokens`, or less where a table is so small that few batches would be left.

    >>> tokens_for([20] * 10_000, 1024), tokens_for([20] * 400, 1024), tokens_for([20] * 40, 1024)
    (1024, 500, 256)
    """
    return min(tokens, max(FEWEST_TOKENS, sum(lengths) // STEPS))


def _rows_that_fit(lengths: np.ndarray, tokens: int) -> int:
    """How many of the rows, from the first on, make the next batch."""
    widest = -(-np.maximum.accumulate(lengths) // LENGTH) * LENGTH
    fitting = max(1, int((widest * np.arange(1, len(lengths) + 1) <= tokens).sum()))
    return fitting if fitting == len(lengths) or fitting < ROWS else fitting // ROWS * ROWS


def filled(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Token ids (rows, longest) filled up with 0 to a multiple of two, and the 0/1 mask of what is text.

    >>> ids, mask = filled([[101, 7, 102], [101, 102]])
    >>> ids.tolist(), mask.tolist()
    ([[101, 7, 102, 0], [101, 102, 0, 0]], [[1, 1, 1, 0], [1, 1, 0, 0]])
    """
    longest = -(-max(map(len, rows)) // LENGTH) * LENGTH
    ids = np.zeros((len(rows), longest), dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask)
