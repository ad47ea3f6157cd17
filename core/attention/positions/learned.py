"""Learned positions: a table with one row a position, trained like the words, added to the embedding.

Nothing ties row 7 to row 8 except what training found useful, and beyond the last row there is
nothing to look up: BERT's 512 rows are its longest text. The table here is MiniLM's own.
Sources: Gehring et al. 2017, "Convolutional Sequence to Sequence Learning", section 3.1;
Devlin et al. 2019, "BERT", section 3.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.positions.distance import ByDistance, by_distance, cosines
from core.attention.positions.sinusoidal import encoding
from core.errors import GlassboxError
from core.shelf.load import load_encoder

ENCODER = "minilm-l6"


def position_table() -> Tensor:
    """MiniLM's table: (512, 384), row p is added to the token at position p.

    Raises:
        GlassboxError: the model is not installed.
    """
    table: Tensor = load_encoder(ENCODER)[0].embeddings.position_embeddings.weight
    return table


def row(table: Tensor, position: int) -> Tensor:
    """The vector of one position: (width,).

    Raises:
        GlassboxError: the table has no such row; there is no rule that could make one.

    >>> row(torch.eye(2), 1)
    tensor([0., 1.])
    """
    if not 0 <= position < len(table):
        raise GlassboxError("attention.positions.error.row", position=position, last=len(table) - 1)
    return table[position]


@dataclass(frozen=True)
class Waves:
    """A table seen along the directions in which it varies most."""

    components: Tensor
    """(positions, count), the table's rows in those directions, most varied first."""
    shares: Tensor
    """(count,) of the table's variance that each direction holds."""


def principal_waves(table: Tensor, count: int = 4) -> Waves:
    """The principal components of the rows, each against position.

    >>> waves = principal_waves(torch.tensor([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]), 1)
    >>> waves.shares
    tensor([1.])
    """
    centred = table - table.mean(0)
    left, spread, _ = torch.linalg.svd(centred, full_matrices=False)
    variance = spread**2
    return Waves((left * spread)[:, :count], (variance / variance.sum())[:count])


@dataclass(frozen=True)
class LearnedView:
    """MiniLM's table, read in every way at once."""

    table: Tensor
    """(512, 384)."""
    middle: tuple[float, float]
    """Between these lie 98% of its numbers."""
    cosines: Tensor
    """(512, 512)."""
    by_distance: ByDistance
    """Of the cosines."""
    sinusoidal: ByDistance
    """Of the cosines of a sinusoidal table of the same size."""
    waves: Waves


def learned_view() -> LearnedView:
    """Read the table.

    Raises:
        GlassboxError: the model is not installed.
    """
    table = position_table()
    likeness = cosines(table)
    waves = encoding(*table.shape)
    low, high = torch.quantile(table.flatten(), torch.tensor([0.01, 0.99])).tolist()
    return LearnedView(
        table,
        (low, high),
        likeness,
        by_distance(likeness),
        by_distance(cosines(waves)),
        principal_waves(table),
    )
