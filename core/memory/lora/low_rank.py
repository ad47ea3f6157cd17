"""LoRA's update written out: W stays, and B A is added to it.

    y = W x + (alpha / rank) B A x,    A: (rank, inputs), B: (outputs, rank)

A starts as small random numbers and B as zeros, so that the model is at first the one it was. Only A and B
get gradients: rank * (inputs + outputs) numbers in place of inputs * outputs. What is simplified: no dropout
in front of A. Source: Hu et al. 2021, "LoRA", section 4.1, equation 3.
"""

import math

from torch import Tensor, nn

from core.errors import GlassboxError

TARGETS = ("q_proj", "v_proj")
"""Matrices of each block that get an update, as in the paper's main experiments."""


def update_matrix(a: Tensor, b: Tensor, alpha: float) -> Tensor:
    """The update as one matrix, (alpha / rank) B A.

    Args:
        a: (rank, inputs).
        b: (outputs, rank).
        alpha: strength; divided by the rank, so that one learning rate suits several ranks.

    Returns:
        (outputs, inputs).

    >>> import torch
    >>> update_matrix(torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.0], [0.0]]), alpha=2)
    tensor([[2., 4., 6.],
            [0., 0., 0.]])
    """
    return alpha / a.shape[0] * (b @ a)


class LowRankLinear(nn.Module):
    """A linear layer that keeps its weights and learns a low-rank update beside them.

    >>> import torch
    >>> layer = LowRankLinear(nn.Linear(6, 4), rank=2, alpha=4)
    >>> rows = torch.ones(3, 6)
    >>> bool(torch.equal(layer(rows), layer.base(rows)))
    True
    """

    def __init__(self, base: nn.Linear, rank: int, alpha: float) -> None:
        """Put A and B beside `base`.

        Raises:
            GlassboxError: a rank that the matrix cannot have.
        """
        super().__init__()
        outputs, inputs = base.weight.shape
        if not 1 <= rank <= min(inputs, outputs):
            raise GlassboxError("memory.lora.error.rank", rank=rank, most=min(inputs, outputs))
        self.base = base.requires_grad_(False)
        self.rank, self.alpha = rank, alpha
        self.a = nn.Parameter(base.weight.new_empty(rank, inputs))
        self.b = nn.Parameter(base.weight.new_zeros(outputs, rank))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))

    def update(self) -> Tensor:
        """What merging adds to the weights: (outputs, inputs)."""
        return update_matrix(self.a, self.b, self.alpha)

    def forward(self, rows: Tensor) -> Tensor:
        """(..., inputs) in, (..., outputs) out; B A itself is never made."""
        low = rows @ self.a.T
        changed: Tensor = self.base(rows) + self.alpha / self.rank * (low @ self.b.T)
        return changed


def add_updates(
    model: nn.Module, rank: int, alpha: float, targets: tuple[str, ...] = TARGETS
) -> dict[str, LowRankLinear]:
    """Freeze the model and put an update beside each matrix that is called as one of `targets`.

    Returns:
        The new layers by their matrix's full name, in the model's order.

    Raises:
        GlassboxError: a rank that a matrix cannot have, or no matrix of such a name.
    """
    model.requires_grad_(False)
    names = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and name.rsplit(".", 1)[-1] in targets
    ]
    if not names:
        raise GlassboxError("memory.lora.error.targets", targets=", ".join(targets)[:60])
    added = {}
    for name in names:
        owner, _, own = name.rpartition(".")
        layer = LowRankLinear(model.get_submodule(name), rank, alpha)  # type: ignore[arg-type]
        setattr(model.get_submodule(owner), own, layer)
        added[name] = layer
    return added
