"""Batches of sentences of similar length, so that little is computed on filling.

A batch is bounded by tokens, not by sentences: 20 long sentences cost what 100 short ones cost.
Sorting by length with a little noise keeps batches different from epoch to epoch; their order is
shuffled, or the model would see all short sentences first.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 5.1.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.translation.vocabulary import PAD

NOISE = 0.1
"""Lengths are multiplied by 1 +- this before sorting."""


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
    batch: list[int] = []
    longest = 0
    for pair in order.tolist():
        widest = max(longest, int(longer[pair]))
        if batch and widest * (len(batch) + 1) > tokens:
            batches.append(sorted(batch))
            batch, widest = [], int(longer[pair])
        batch.append(pair)
        longest = widest
    if batch:
        batches.append(sorted(batch))
    return [batches[place] for place in random.permutation(len(batches)).tolist()]


def padded(sequences: Sequence[Sequence[int]]) -> Tensor:
    """(batch, longest) token ids, shorter sequences filled with `PAD` at the end.

    >>> padded([[5, 6], [7]])
    tensor([[5, 6],
            [7, 0]])
    """
    longest = max(map(len, sequences))
    rows = np.full((len(sequences), longest), PAD, dtype=np.int64)
    for row, sequence in zip(rows, sequences, strict=True):
        row[: len(sequence)] = sequence
    return torch.from_numpy(rows)
