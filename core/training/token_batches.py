"""Batches of texts of similar length, so that little is computed on filling.

A batch is bounded by tokens, not by texts: 20 long sentences cost what 100 short ones cost. Sorting by
length with a little noise keeps batches different from epoch to epoch; their order is shuffled, or a model
would see all short texts first.

Batches also repeat their shapes: matrix kernels in bfloat16 are made anew for each shape that a processor
has not met (about 14 ms each, more than the product itself), so rows come in multiples of 16 and lengths
in multiples of 2, wherever a batch is large enough.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 5.1 (batches of about equal tokens).
"""

from collections.abc import Sequence

import numpy as np

NOISE = 0.1
"""Lengths are multiplied by 1 +- this before sorting."""
ROWS = 16
"""A batch that is not the last has a multiple of so many rows, if it has room for as many."""
LENGTH = 2
"""What a layer reads is filled up to a multiple of so many tokens."""


def token_batches(lengths: Sequence[int], tokens: int, seed: int) -> list[list[int]]:
    """Divide texts into batches, in a shuffled order.

    Args:
        lengths: tokens of each text.
        tokens: the most that a batch may have, filling included; a text that is longer is a batch of its own.
        seed: of the noise and of the order.

    Returns:
        lists of places; every text is in exactly one.

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


def rounded_up(count: int, multiple: int) -> int:
    """The next multiple.

    >>> rounded_up(5, 2), rounded_up(6, 2)
    (6, 6)
    """
    return -(-count // multiple) * multiple


def _rows_that_fit(lengths: np.ndarray, tokens: int) -> int:
    """How many of the texts, from the first on, make the next batch."""
    widest = -(-np.maximum.accumulate(lengths) // LENGTH) * LENGTH
    fitting = max(1, int((widest * np.arange(1, len(lengths) + 1) <= tokens).sum()))
    return fitting if fitting == len(lengths) or fitting < ROWS else fitting // ROWS * ROWS
