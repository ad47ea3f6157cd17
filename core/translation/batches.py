"""Batches of sentence pairs: bounded by the tokens of their longer side, filled up to one length."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.training.token_batches import LENGTH, rounded_up, token_batches
from core.translation.vocabulary import PAD


def pair_batches(
    source_lengths: Sequence[int], target_lengths: Sequence[int], tokens: int, seed: int
) -> list[list[int]]:
    """Divide sentence pairs into batches, in a shuffled order; every pair is in exactly one.

    Args:
        source_lengths, target_lengths: tokens of each pair.
        tokens: the most that the longer side of a batch may have, filling included.
        seed: of what is random about them, see `core.training.token_batches`.

    >>> sorted(pair_batches([2, 9, 2, 9], [2, 9, 2, 9], tokens=20, seed=0))
    [[0, 2], [1, 3]]
    """
    return token_batches(np.maximum(source_lengths, target_lengths).tolist(), tokens, seed)


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
