"""One matrix's weights, each divided by the scale of its group, beside the levels of a format."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.memory.quantise.codebook import CODEBOOKS
from core.memory.quantise.float_format import FLOAT_FORMATS, decode
from core.memory.quantise.grouping import grouped, largest_of_each
from core.memory.quantise.one_number import scaled_levels
from core.memory.quantise.rounding import FP8_LARGEST, to_fp8, to_int8, to_levels
from core.memory.quantise.weight_formats import FORMATS

BINS = 121


@dataclass(frozen=True)
class LevelHistogram:
    """Weights between -1 and 1 in shares of their group's largest."""

    centres: tuple[float, ...]
    shares: tuple[float, ...]
    """Of all weights in each of the bins."""
    levels: tuple[float, ...]
    """Empty for 16-bit and wider formats, whose levels lie closer than a figure can show."""
    used: int
    """Levels that at least one weight has."""
    entropy: float
    """Bits that the codes carry: -sum p log2 p over the shares of the levels; 0 without levels."""
    widest: float
    """The largest absolute weight in standard deviations of the matrix."""


def level_histogram(weights: Tensor, name: str, block: int = 64) -> LevelHistogram:
    """The matrix in the groups of the format.

    >>> found = level_histogram(torch.tensor([[1.0, -0.5], [0.25, 0.0]]), "int8")
    >>> found.used, found.entropy, len(found.levels)
    (4, 2.0, 255)
    """
    kept = FORMATS[name]
    groups = grouped(weights, kept.grouping, block)
    scales = largest_of_each(groups)
    counts = torch.histc(groups / scales, BINS, -1, 1)
    levels, codes = _levels_and_codes(name, groups, scales)
    found = torch.unique(codes, return_counts=True)[1].double() if codes is not None else torch.ones(1)
    shares = found / found.sum()
    return LevelHistogram(
        centres=tuple((2 * place + 1) / BINS - 1 for place in range(BINS)),
        shares=tuple((counts / counts.sum()).tolist()),
        levels=levels,
        used=len(found) if levels else 0,
        entropy=abs(float((shares * shares.log2()).sum())),
        widest=float(weights.abs().max() / weights.std()),
    )


def _levels_and_codes(name: str, groups: Tensor, scales: Tensor) -> tuple[tuple[float, ...], Tensor | None]:
    rounding = FORMATS[name].rounding
    if rounding == "int8":
        return scaled_levels("int8"), to_int8(groups, scales)
    if rounding == "fp8":
        e4m3 = FLOAT_FORMATS["fp8-e4m3"]
        sizes = [decode(code, e4m3) / FP8_LARGEST for code in range(e4m3.largest_code + 1)]
        levels = tuple(sorted({sign * size for size in sizes for sign in (1, -1)}))
        return levels, to_fp8(groups, scales).float()
    if rounding == "levels":
        return CODEBOOKS[name], to_levels(groups, scales, CODEBOOKS[name])
    return (), None
