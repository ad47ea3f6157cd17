"""Dropout inside the encoder: one stream of random bytes for all places.

Dropout of attention weights is left out: it would draw as many numbers again.
"""

import numpy as np
from torch import Tensor, nn

from core.training.byte_dropout import LEVELS, dropped


class SeededDropout(nn.Module):
    """One stream of random numbers for all places at which an encoder drops."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.threshold = round(rate * LEVELS)
        self.start(0)

    def start(self, seed: int) -> None:
        """Begin the stream anew."""
        self._random = np.random.default_rng(seed)

    def forward(self, hidden: Tensor) -> Tensor:
        """Of any shape, to the same shape."""
        if not self.training or not self.threshold:
            return hidden
        return dropped(hidden, self.threshold, self._random)


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
