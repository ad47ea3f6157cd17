"""Merging: the update becomes part of the weights, and the model is again as large and as fast as it was.

    W' = W + (alpha / rank) B A

In exact arithmetic nothing changes but the cost. In float32 the outputs differ by rounding alone; in 16 bits
W' has to be rounded to eight significant bits, and an update much smaller than its weight is partly lost.
Source: Hu et al. 2021, "LoRA", section 4.1, "No Additional Inference Latency".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.memory.lora.low_rank import LowRankLinear


@torch.no_grad()
def merge(model: nn.Module, updates: Mapping[str, LowRankLinear]) -> None:
    """Add every update to its weights and put the plain layer back in its place."""
    for name, layer in updates.items():
        layer.base.weight += layer.update()
        _put(model, name, layer.base)


@torch.no_grad()
def unmerge(model: nn.Module, updates: Mapping[str, LowRankLinear]) -> None:
    """Take every update out of its weights again; they come back up to rounding."""
    for name, layer in updates.items():
        layer.base.weight -= layer.update()
        _put(model, name, layer)


def _put(model: nn.Module, name: str, module: nn.Module) -> None:
    owner, _, own = name.rpartition(".")
    setattr(model.get_submodule(owner), own, module)


@dataclass(frozen=True)
class Rounding:
    """What is left of an update that was merged into weights of few bits."""

    lost: float
    """Norm of what rounding changed, in that of the update."""
    untouched: float
    """Share of the weights that are the same number before and after."""


@torch.no_grad()
def merged_rounding(weight: Tensor, update: Tensor, dtype: torch.dtype) -> Rounding:
    """Merge into a weight stored as `dtype`, and see what became of the update.

    Args:
        weight: (outputs, inputs).
        update: of the same shape, float32.
        dtype: what the weights are kept in.

    >>> merged_rounding(torch.ones(1, 2), torch.tensor([[0.001, 0.5]]), torch.bfloat16).untouched
    0.5
    """
    stored = weight.to(dtype)
    merged = (stored.float() + update).to(dtype)
    arrived = merged.float() - stored.float()
    return Rounding(
        lost=float((arrived - update).norm() / update.norm()),
        untouched=float((merged == stored).float().mean()),
    )
