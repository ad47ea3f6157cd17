"""All heads at a glance: every attention map made small, and the orders in which they can be laid out."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.head_kinds import KINDS, HeadKinds
from core.attention.reading import Reading

SIDE = 32
"""Cells along the side of a small map at the most."""


@dataclass(frozen=True)
class SmallMaps:
    """What the overview draws."""

    maps: Tensor
    """(heads in all, side, side) in the order of `places`."""
    places: tuple[tuple[int, int], ...]
    """(layer, head) of each map."""
    kinds: tuple[str, ...]
    """The kind of each."""
    columns: int
    """Maps in a row."""
    pooled: int
    """Tokens that share a cell; 1: each has its own."""


def small_maps(reading: Reading, kinds: HeadKinds, arrangement: str) -> SmallMaps:
    """Every head's map, layers across or down, or sorted by kind with the clearest heads first.

    In a long text neighbouring tokens share a cell, which shows the largest weight among theirs.
    """
    layers, heads = reading.model.layer_count, reading.model.head_count
    places = [(layer, head) for layer in range(layers) for head in range(heads)]
    columns = max(layers, heads)
    if arrangement == "kind":
        places = [place for kind in KINDS for place in kinds.heads_of(kind)]
    elif arrangement == "down":
        columns = heads
    elif columns == layers:
        places = [(layer, head) for head in range(heads) for layer in range(layers)]
    weights = torch.stack([reading.weights[place] for place in places])
    pooled = -(-reading.length // SIDE)
    if pooled > 1:
        weights = torch.nn.functional.max_pool2d(weights[:, None], pooled, ceil_mode=True)[:, 0]
    return SmallMaps(
        weights, tuple(places), tuple(kinds.kinds[layer][head] for layer, head in places), columns, pooled
    )


def telling_cell(weights: Tensor) -> tuple[int, int]:
    """(row, column) of the largest weight of an (n, n) map on neither the first token nor the token itself.

    Most heads look at the first token most of the time, which says little about the text.

    >>> telling_cell(torch.tensor([[1.0, 0.0, 0.0], [0.9, 0.1, 0.0], [0.5, 0.3, 0.2]]))
    (2, 1)
    """
    count = weights.shape[0]
    others = weights.masked_fill(torch.eye(count, dtype=torch.bool), -1.0)
    others[:, 0] = -1.0
    return divmod(int(others.argmax()), count)
