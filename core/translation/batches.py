"""Batches of sentences of similar length, so that little is computed on filling.

A batch is bounded by tokens, not by sentences: 20 long sentences cost what 100 short ones cost.
Sorting by length with a little noise keeps batches different from epoch to epoch; their order is
shuffled, or the model would see all short sentences first.

Batches also repeat their shapes: matrix kernels in bfloat16 are made anew for each shape that a processor
has not met (about 14 ms each, more than the product itself), so rows come in multiples of 16 and lengths
in multiples of 2, wherever a batch is large enough.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 5.1.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.translation.vocabulary import PAD

NOISE = 0.1
"""Lengths are multiplied by 1 +- this before sorting."""
ROWS = 16
"""A batch that is not the last has a multiple of so many rows, if it has room for as many."""
LENGTH = 2
"""What a layer reads is filled up to a multiple of so many tokens."""


def token_batches(
    source_lengths: Sequence[int], target_lengths: Sequence[int], tokens: int, seed: int
) -> list[list[int]]:
    """Divide the sentence pairs into batches, in a shuffled order.

    Args:
        source_lengths, target_lengths: tokens of each pair.
        tokens: the most that the longer side of a batch may have, filling included; a pair that is
            longer than that is a batch of its own.
        seed: of the noise and of the order.

    Returns:
        lists of pair numbers; every pair is in exactly one.

    >>> sorted(token_batches([2, 9, 2, 9], [2, 9, 2, 9], tokens=20, seed=0))
    [[0, 2], [1, 3]]
    """
    random = np.random.default_rng(seed)
    longer = np.maximum(np.asarray(source_lengths), np.asarray(target_lengths))
    order = np.argsort(longer * random.uniform(1 - NOISE, 1 + NOISE, len(longer)), kind="stable")
    batches: list[list[int]] = []
    begin = 0
    while begin < len(order):
        count = _rows_that_fit(longer[order[begin : begin + tokens]], tokens)
        batches.append(sorted(order[begin : begin + count].tolist()))
        begin += count
    return [batches[place] for place in random.permutation(len(batches)).tolist()]


def _rows_that_fit(lengths: np.ndarray, tokens: int) -> int:
    """How many of the sequences, from the first on, make the next batch."""
    widest = -(-np.maximum.accumulate(lengths) // LENGTH) * LENGTH
    fitting = max(1, int((widest * np.arange(1, len(lengths) + 1) <= tokens).sum()))
    return fitting if fitting == len(lengths) or fitting < ROWS else fitting // ROWS * ROWS


def rounded_up(count: int, multiple: int) -> int:
    """The next multiple.

    >>> rounded_up(5, 2), rounded_up(6, 2)
    (6, 6)
    """
    return -(-count // multiple) * multiple


def padded(sequences: Sequence[Sequence[int]], longest: int = 0) -> Tensor:
    """(batch, longest) token ids, shorter sequences filled with `PAD` at the end.

    Args:
        sequences: of token ids.
        longest: filled up to at least so many.

    >>> padded([[5, 6], [7]])
    tensor([[5, 6],
            [7, 0]])
    """
    longest = max(longest, *map(len, sequences))
    rows = np.full((len(sequences), longest), PAD, dtype=np.int64)
    for row, sequence in zip(rows, sequences, strict=True):
        row[: len(sequence)] = sequence
    return torch.from_numpy(rows)


def teacher_forced_batch(
    source: Sequence[Sequence[int]], target: Sequence[Sequence[int]]
) -> tuple[Tensor, Tensor]:
    """Both sides filled up, each to a length of which what is read is a multiple of `LENGTH`.

    The last token of a target is only predicted, never read.

    >>> [tuple(side.shape) for side in teacher_forced_batch([[5, 6, 3]], [[2, 7, 8, 3]])]
    [(1, 4), (1, 5)]
    """
    longest = rounded_up(max(map(len, source)), LENGTH)
    written = rounded_up(max(map(len, target)) - 1, LENGTH) + 1
    return padded(source, longest), padded(target, written)
