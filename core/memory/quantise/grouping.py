"""Which weights share a scale: all of a matrix, an output channel (row), or a block of neighbours.

Absmax quantisation divides by the largest absolute value of a group, so that one large weight makes the
steps of its whole group coarse. The smaller the group, the fewer weights suffer and the more scales
there are to store.
Source: Dettmers et al. 2022, "LLM.int8()", section 2; Dettmers et al. 2022, "8-bit Optimizers via
Block-wise Quantization", section 2.1.
"""

import torch
from torch import Tensor

from core.errors import GlassboxError
from core.memory.quantise.weight_formats import BLOCKS, Grouping


def grouped(weights: Tensor, grouping: Grouping, block: int = 64) -> Tensor:
    """The weights as (groups, members); the last block is filled up with zeros.

    Args:
        weights: (rows, columns), a row being what one output is computed with.
        grouping: what shares a scale.
        block: members of a block, which may run on into the next row.

    Raises:
        GlassboxError: the block is no size that can be chosen.

    >>> grouped(torch.ones(3, 30), "block", 32).shape
    torch.Size([3, 32])
    """
    if grouping == "tensor":
        return weights.reshape(1, -1)
    if grouping == "channel":
        return weights.reshape(weights.shape[0], -1)
    if block not in BLOCKS:
        raise GlassboxError("memory.precision.error.block", value=block, known=", ".join(map(str, BLOCKS)))
    flat = weights.reshape(-1)
    missing = -flat.numel() % block
    return torch.nn.functional.pad(flat, (0, missing)).reshape(-1, block)


def ungrouped(groups: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The groups as the matrix that they were, without the filling."""
    return groups.reshape(-1)[: torch.Size(shape).numel()].reshape(shape)


def largest_of_each(groups: Tensor) -> Tensor:
    """The scale of each group, (groups, 1): its largest absolute value; 1 where all weights are zero."""
    scales = groups.abs().amax(dim=1, keepdim=True)
    return torch.where(scales > 0, scales, torch.ones_like(scales))
