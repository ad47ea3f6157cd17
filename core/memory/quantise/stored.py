"""A matrix in a format: quantised, its bytes counted, and restored."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.errors import GlassboxError
from core.memory.quantise.codebook import CODEBOOKS
from core.memory.quantise.double_quantisation import QuantisedScales, quantise_scales, restored_scales
from core.memory.quantise.grouping import grouped, largest_of_each, ungrouped
from core.memory.quantise.packing import pack, unpack
from core.memory.quantise.rounding import from_fp8, from_int8, from_levels, to_fp8, to_int8, to_levels
from core.memory.quantise.weight_formats import FORMATS, WeightFormat

CASTS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Stored:
    """A quantised matrix: nothing but what would lie on a disk."""

    format: WeightFormat
    shape: tuple[int, ...]
    codes: Tensor
    scales: Tensor | QuantisedScales | None
    block: int
    levels: tuple[float, ...] = field(default=())

    @property
    def bytes(self) -> int:
        """Counted from the tensors."""
        kept = [self.codes]
        if isinstance(self.scales, QuantisedScales):
            kept += [self.scales.codes, self.scales.scales, self.scales.mean]
        elif self.scales is not None:
            kept.append(self.scales)
        return sum(tensor.nbytes for tensor in kept)

    def restored(self) -> Tensor:
        """The matrix in float32, each weight at the level that its code names."""
        if self.scales is None:
            return self.codes.to(torch.float32)
        scales = restored_scales(self.scales) if isinstance(self.scales, QuantisedScales) else self.scales
        if self.format.rounding == "int8":
            return ungrouped(from_int8(self.codes, scales), self.shape)
        if self.format.rounding == "fp8":
            return ungrouped(from_fp8(self.codes, scales), self.shape)
        codes = unpack(self.codes, scales.shape[0] * self.block).reshape(-1, self.block)
        return ungrouped(from_levels(codes, scales, self.levels), self.shape)


def quantise(weights: Tensor, name: str, block: int = 64, double: bool = False) -> Stored:
    """The matrix in the format of that name.

    Args:
        weights: (rows, columns) float32.
        name: of `FORMATS`.
        block: weights that share a scale, where the format has blocks.
        double: whether the scales of a 4-bit format's blocks are quantised too.

    Raises:
        GlassboxError: no such format, or a block that cannot be chosen.

    >>> quantise(torch.tensor([[1.0, -0.5], [0.25, 0.0]]), "int8").codes
    tensor([[127, -64,  32,   0]], dtype=torch.int8)
    """
    if name not in FORMATS:
        raise GlassboxError("memory.precision.error.format", value=name[:40], known=", ".join(FORMATS))
    kept, shape = FORMATS[name], tuple(weights.shape)
    if kept.rounding == "cast":
        return Stored(kept, shape, weights.to(CASTS[name]), None, block)
    groups = grouped(weights, kept.grouping, block)
    scales = largest_of_each(groups)
    if kept.rounding == "int8":
        return Stored(kept, shape, to_int8(groups, scales), scales, block)
    if kept.rounding == "fp8":
        return Stored(kept, shape, to_fp8(groups, scales), scales, block)
    levels = CODEBOOKS[name]
    codes = pack(to_levels(groups, scales, levels))
    return Stored(kept, shape, codes, quantise_scales(scales) if double else scales, block, levels)
