"""Batches of texts for tuning: how large, and how they are filled up."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.training.token_batches import LENGTH, rounded_up

STEPS = 16
"""A small table is cut into at least about so many batches, or an epoch would be a handful of steps."""
FEWEST_TOKENS = 256
"""But no batch is planned smaller than this."""


def tokens_for(lengths: Sequence[int], tokens: int) -> int:
    """The size of a batch: `tokens`, or less where a table is so small that few batches would be left.

    >>> tokens_for([20] * 10_000, 1024), tokens_for([20] * 400, 1024), tokens_for([20] * 40, 1024)
    (1024, 500, 256)
    """
    return min(tokens, max(FEWEST_TOKENS, sum(lengths) // STEPS))


def filled(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Token ids (rows, longest) filled up with 0 to a multiple of two, and the 0/1 mask of what is text.

    >>> ids, mask = filled([[101, 7, 102], [101, 102]])
    >>> ids.tolist(), mask.tolist()
    ([[101, 7, 102, 0], [101, 102, 0, 0]], [[1, 1, 1, 0], [1, 1, 0, 0]])
    """
    longest = rounded_up(max(map(len, rows)), LENGTH)
    ids = np.zeros((len(rows), longest), dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask)
