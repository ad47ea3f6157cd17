"""Linear layers that keep their weights in another format and compute with what the processor offers."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from core.memory.quantise.stored import quantise


class Int8Linear(nn.Module):
    """Int8 weights, one scale a row; the inputs become int8 as they come, with one scale for all of them.

    The product runs in torch's own integer kernel (`quantized::linear_dynamic`).
    """

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.data
        scales = weight.abs().amax(dim=1).clamp(min=1e-12).double() / 127
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch announces that such tensors will move to torchao
            codes = torch.quantize_per_channel(
                weight, scales, torch.zeros(len(scales), dtype=torch.long), 0, torch.qint8
            )
        self.packed = torch.ops.quantized.linear_prepack(codes, layer.bias.data)

    def forward(self, inputs: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        found: Tensor = torch.ops.quantized.linear_dynamic(inputs, self.packed, True)
        return found


class UnpackedLinear(nn.Module):
    """Weights in 4 bits, unpacked to float32 for every product: all that is left without a 4-bit kernel."""

    def __init__(self, layer: nn.Linear, name: str = "nf4", block: int = 64) -> None:
        super().__init__()
        self.stored = quantise(layer.weight.data, name, block)
        self.bias = layer.bias

    def forward(self, inputs: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        return nn.functional.linear(inputs, self.stored.restored(), self.bias)


def with_layers(module: nn.Module, make: Callable[[nn.Linear], nn.Module]) -> nn.Module:
    """A copy of the model with every linear layer replaced; the other weights are shared with it."""
    shared: dict[int, Any] = {id(parameter): parameter for parameter in module.parameters()}
    changed = copy.deepcopy(module, shared)
    for name, layer in list(changed.named_modules()):
        if isinstance(layer, nn.Linear):
            parent, _, child = name.rpartition(".")
            setattr(changed.get_submodule(parent), child, make(layer))
    return changed
