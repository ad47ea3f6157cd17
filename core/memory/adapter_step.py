"""Bottleneck adapters put into MiniLM by hand, and what autograd then keeps: which blocks have them decides.

Each block gets two, behind attention and behind the feed-forward part, before the sum and the norm:
h + W_up relu(W_down h). Source: Houlsby et al. 2019, section 2.1. Without the lower blocks' adapters
nothing below the first one wants a gradient (Rücklé et al. 2020, "AdapterDrop", section 3).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.memory.measure import measured_plan
from core.memory.measured_step import SavedTensors
from core.memory.tuned_model import blocks_of, open_for_training

SEED = 0


@dataclass(frozen=True)
class AdapterStep:
    """One forward pass with adapters in some blocks."""

    bytes: int
    """Kept for the backward pass."""
    trained: int
    """Numbers in the adapters."""


class Adapter(nn.Module):
    """A bottleneck with a shortcut around it, which changes nothing at first.

    >>> rows = torch.ones(2, 8)
    >>> bool(torch.equal(Adapter(8, 2)(rows), rows))
    True
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(width, hidden), nn.Linear(hidden, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, rows: Tensor) -> Tensor:
        """(..., width) in and out."""
        changed: Tensor = rows + self.up(torch.relu(self.down(rows)))
        return changed


def kept_with_adapters(layers: Iterable[int], hidden: int, length: int) -> AdapterStep:
    """Put adapters into the blocks `layers` of MiniLM, read one text, count what is kept.

    Args:
        layers: numbers of the blocks with adapters, 0 to 5.
        hidden: inner width of an adapter.
        length: tokens of the text.
    """
    torch.manual_seed(SEED)
    plan = measured_plan({"preset": "minilm-l6", "method": "bitfit", "length": length})
    model = open_for_training(plan).requires_grad_(False)
    blocks: list[Any] = blocks_of(model)
    for layer in layers:
        for part in (blocks[layer].attention.output, blocks[layer].output):
            part.dense = nn.Sequential(part.dense, Adapter(plan.architecture.width, hidden))
    ids = torch.arange(1000, 1000 + length).unsqueeze(0)
    kept = SavedTensors((*model.parameters(), *model.buffers()))
    with kept:
        model(input_ids=ids)
    total = sum(kept.bytes_by_place().values())
    kept.let_go()
    return AdapterStep(total, sum(p.numel() for p in model.parameters() if p.requires_grad))
