"""Double quantisation: the scales of the blocks are numbers too, and are quantised in their turn.

A block of 64 weights with a float32 scale costs 32/64 = 0.5 bits a weight beside its 4. The scales are
all positive and alike, so their mean is subtracted, and 256 at a time they are kept as 8-bit floats with
one float32 scale: 8/64 + 32/(64 * 256) = 0.127 bits a weight.
Source: Dettmers et al. 2023, "QLoRA", section 3, "Double Quantization".
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.memory.number_formats import SCALE_BLOCK
from core.memory.quantise.grouping import largest_of_each, ungrouped
from core.memory.quantise.rounding import from_fp8, to_fp8


@dataclass(frozen=True)
class QuantisedScales:
    """Scales of a matrix in 8 bits each."""

    codes: Tensor
    """(scales,) of E4M3."""
    scales: Tensor
    """(groups of 256, 1) float32."""
    mean: Tensor
    """One float32."""


def quantise_scales(scales: Tensor) -> QuantisedScales:
    """The scales (blocks, 1) in 8 bits."""
    mean = scales.mean()
    flat = (scales - mean).reshape(-1)
    groups = torch.nn.functional.pad(flat, (0, -flat.numel() % SCALE_BLOCK)).reshape(-1, SCALE_BLOCK)
    second = largest_of_each(groups)
    return QuantisedScales(to_fp8(groups, second).reshape(-1)[: flat.numel()], second, mean)


def restored_scales(kept: QuantisedScales) -> Tensor:
    """The scales (blocks, 1) as the codes have them."""
    count = kept.codes.numel()
    # Torch pads no 8-bit floats, so the codes are read as bytes until they stand in groups.
    raw = torch.nn.functional.pad(kept.codes.view(torch.uint8), (0, -count % SCALE_BLOCK))
    groups = raw.view(torch.float8_e4m3fn).reshape(-1, SCALE_BLOCK)
    return ungrouped(from_fp8(groups, kept.scales), (count, 1)) + kept.mean
