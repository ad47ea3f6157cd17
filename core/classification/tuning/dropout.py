"""Dropout inside the encoder, with random numbers that cost little.

In training each element of a layer's output is set to 0 with probability p and the others grow by
1 / (1 - p). On a processor torch draws a 32-bit number for each element, one after the other; one random
byte decides as well, p being rounded to 1/256, and takes a fraction of the time. Dropout of attention
weights is left out: it would draw as many numbers again.

Source: Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting".
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SeededDropout(nn.Module):
    """One stream of random numbers for all places at which an encoder drops."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.threshold = round(rate * 256)
        self.start(0)

    def start(self, seed: int) -> None:
        """Begin the stream anew."""
        self._random = np.random.default_rng(seed)

    def forward(self, hidden: Tensor) -> Tensor:
        """Of any shape, to the same shape."""
        if not self.training or not self.threshold:
            return hidden
        if hidden.is_cuda:
            return F.dropout(hidden, self.threshold / 256)
        drawn = np.frombuffer(self._random.bytes(hidden.numel()), dtype=np.uint8)
        kept = torch.from_numpy(drawn >= self.threshold).view(hidden.shape)
        return hidden * (kept.to(hidden.dtype) * (256 / (256 - self.threshold)))


def put_dropout(encoder: nn.Module, rate: float) -> SeededDropout:
    """Let every dropout layer of `encoder` be one of this kind, except those of the attention weights."""
    shared = SeededDropout(rate)
    for name, module in list(encoder.named_modules()):
        for child, layer in list(module.named_children()):
            if isinstance(layer, nn.Dropout) and name.endswith("attention.self"):
                layer.p = 0.0
            elif isinstance(layer, nn.Dropout):
                setattr(module, child, shared)
    return shared
