"""What one large weight does to all that share its scale.

Per tensor, the step of every weight grows with the largest one: with int8 it is largest / 127, and what
is smaller than half a step becomes zero. Per channel only one row suffers, per block only one block.
Source: Dettmers et al. 2022, "LLM.int8()", section 2.1 (vector-wise scales) and section 4 (outliers).
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from core.memory.quantise.codebook import CODEBOOKS
from core.memory.quantise.grouping import grouped, largest_of_each, ungrouped
from core.memory.quantise.minilm import Matrix
from core.memory.quantise.rounding import from_int8, from_levels, to_int8, to_levels
from core.memory.quantise.weight_error import WeightError, weight_error
from core.memory.quantise.weight_formats import GROUPINGS, OUTLIER_SIZES, Grouping

Codes = Literal["int8", "nf4"]
PLANTED_ROW, PLANTED_COLUMN = 100, 200
CELL = 8
"""Rows and columns of the matrix that make one cell of the picture."""


@dataclass(frozen=True)
class Planted:
    """A matrix with one weight made large, under one grouping."""

    size: float
    """In standard deviations."""
    grouping: Grouping
    error: WeightError
    """Of all other weights."""
    picture: tuple[tuple[float, ...], ...]
    """The largest absolute error in each cell of 8 by 8 weights, in standard deviations."""


def rounded(weights: Tensor, grouping: Grouping, codes: Codes = "int8", block: int = 64) -> Tensor:
    """The matrix in int8 or NF4 and back, its scales shared as `grouping` says."""
    groups = grouped(weights, grouping, block)
    scales = largest_of_each(groups)
    if codes == "int8":
        restored = from_int8(to_int8(groups, scales), scales)
    else:
        restored = from_levels(to_levels(groups, scales, CODEBOOKS[codes]), scales, CODEBOOKS[codes])
    return ungrouped(restored, tuple(weights.shape))


def with_outlier(weights: Tensor, size: float) -> Tensor:
    """A copy in which one weight is `size` standard deviations of the matrix."""
    changed = weights.clone()
    changed[PLANTED_ROW, PLANTED_COLUMN] = size * float(weights.std())
    return changed


def planted(
    weights: Tensor, size: float, grouping: Grouping, codes: Codes = "int8", block: int = 64
) -> Planted:
    """Plant the weight, round the matrix, and look at all the others."""
    changed = with_outlier(weights, size)
    restored = rounded(changed, grouping, codes, block)
    others = torch.ones_like(changed, dtype=torch.bool)
    others[PLANTED_ROW, PLANTED_COLUMN] = False
    distance = ((changed - restored).abs() / float(weights.std())).masked_fill(~others, 0)
    cells = torch.nn.functional.max_pool2d(distance[None], CELL)[0]
    return Planted(
        size=size,
        grouping=grouping,
        error=weight_error(changed[others], restored[others]),
        picture=tuple(tuple(row) for row in cells.tolist()),
    )


def planted_curve(
    weights: Tensor, codes: Codes = "int8", block: int = 64
) -> dict[Grouping, tuple[Planted, ...]]:
    """Every grouping over growing outliers."""
    return {
        grouping: tuple(planted(weights, size, grouping, codes, block) for size in OUTLIER_SIZES)
        for grouping in GROUPINGS
    }


@dataclass(frozen=True)
class RealOutlier:
    """One of the model's own matrices."""

    label: str
    widest: float
    """Its largest absolute weight in standard deviations."""
    largest: float
    errors: dict[Grouping, float]
    """Relative error of int8 under each grouping."""
    zeroed: float
    """Share of the weights that int8 with one scale for the matrix makes zero."""


def real_outlier(matrix: Matrix, block: int = 64) -> RealOutlier:
    """The matrix as it is."""
    found = {
        grouping: weight_error(matrix.weights, rounded(matrix.weights, grouping, "int8", block))
        for grouping in GROUPINGS
    }
    largest = float(matrix.weights.abs().max())
    return RealOutlier(
        label=matrix.label,
        widest=largest / float(matrix.weights.std()),
        largest=largest,
        errors={grouping: error.relative for grouping, error in found.items()},
        zeroed=found["tensor"].zeroed / found["tensor"].weights,
    )
