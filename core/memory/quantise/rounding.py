"""From weights to codes and back, once each group has its scale: integers, floats of 8 bits, codebooks."""

import torch
from torch import Tensor

from core.memory.quantise.codebook import midpoints

INT8_LARGEST = 127
"""The symmetric range -127 to 127: -128 would have no counterpart."""
FP8_LARGEST = 448.0


def to_int8(groups: Tensor, scales: Tensor) -> Tensor:
    """round(127 * w / scale), as int8 of the same shape.

    Source: Dettmers et al. 2022, "LLM.int8()", section 2, "Absmax quantization".

    >>> to_int8(torch.tensor([[0.5, -1.0, 0.003]]), torch.tensor([[1.0]]))
    tensor([[  64, -127,    0]], dtype=torch.int8)
    """
    return torch.round(groups / scales * INT8_LARGEST).to(torch.int8)


def from_int8(codes: Tensor, scales: Tensor) -> Tensor:
    """The weights that the codes stand for."""
    return codes.to(torch.float32) * (scales / INT8_LARGEST)


def to_fp8(groups: Tensor, scales: Tensor) -> Tensor:
    """w * 448 / scale in E4M3, so that the largest weight becomes the format's largest number.

    Source: Micikevicius et al. 2022, "FP8 Formats for Deep Learning", section 3.
    """
    return (groups / scales * FP8_LARGEST).to(torch.float8_e4m3fn)


def from_fp8(codes: Tensor, scales: Tensor) -> Tensor:
    """The weights that the codes stand for."""
    return codes.to(torch.float32) * (scales / FP8_LARGEST)


def to_levels(groups: Tensor, scales: Tensor, levels: tuple[float, ...]) -> Tensor:
    """The index of the level nearest to w / scale, as uint8.

    Source: Dettmers et al. 2023, "QLoRA", section 3.

    >>> to_levels(torch.tensor([[0.5, -1.0, 0.1]]), torch.tensor([[1.0]]), (-1.0, 0.0, 0.5))
    tensor([[2, 0, 1]], dtype=torch.uint8)
    """
    boundaries = torch.tensor(midpoints(levels), dtype=torch.float32)
    return torch.bucketize(groups / scales, boundaries, out_int32=True).to(torch.uint8)


def from_levels(codes: Tensor, scales: Tensor, levels: tuple[float, ...]) -> Tensor:
    """The weights that the codes stand for."""
    table = torch.tensor(levels, dtype=torch.float32)
    return table.index_select(0, codes.reshape(-1).int()).reshape(codes.shape) * scales
