"""How alike two positions are, against how far apart they stand.

A scheme is relative in effect when the similarity of two positions is a function of their distance:
the matrix of all pairs has constant diagonals, and `share_explained` is 1.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class ByDistance:
    """A matrix of pairs of positions, read along its diagonals."""

    distances: Tensor
    """(n,) 0 to the number of positions - 1."""
    mean: Tensor
    """(n,) of the pairs at that distance."""
    low: Tensor
    """(n,) their smallest."""
    high: Tensor
    """(n,) their largest."""
    share_explained: float
    """Share of the variance over all pairs of different positions that the distance alone explains (R^2)."""


def dot_products(table: Tensor) -> Tensor:
    """(positions, width) to (positions, positions): the dot product of every pair."""
    return table @ table.T


def cosines(table: Tensor) -> Tensor:
    """(positions, width) to (positions, positions): the cosine of every pair, 1 on the diagonal."""
    unit = F.normalize(table, dim=-1)
    return unit @ unit.T


def by_distance(matrix: Tensor) -> ByDistance:
    """Mean and range of a symmetric matrix (n, n) by distance from its diagonal.

    >>> found = by_distance(torch.tensor([[1.0, 0.5, 0.0], [0.5, 1.0, 0.7], [0.0, 0.7, 1.0]]))
    >>> found.mean, found.high
    (tensor([1.0000, 0.6000, 0.0000]), tensor([1.0000, 0.7000, 0.0000]))
    """
    size = matrix.shape[0]
    diagonals = [matrix.diagonal(offset) for offset in range(size)]
    mean = torch.stack([values.mean() for values in diagonals])
    pairs = torch.cat(diagonals[1:]) if size > 1 else matrix.new_zeros(1)
    rest = torch.cat([values - values.mean() for values in diagonals[1:]]) if size > 1 else pairs
    spread = float(((pairs - pairs.mean()) ** 2).sum())
    return ByDistance(
        torch.arange(size),
        mean,
        torch.stack([values.min() for values in diagonals]),
        torch.stack([values.max() for values in diagonals]),
        1 - float((rest**2).sum()) / spread if spread > 0 else 1.0,
    )
