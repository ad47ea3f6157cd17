"""Dropout of the translators: one stream of random bytes for all places at which a process drops."""

import numpy as np
from torch import Tensor, nn

from core.training.byte_dropout import LEVELS, dropped


class ByteDropout(nn.Module):
    """In training each element is dropped with probability `rate`, rounded to 1/256."""

    _random = np.random.default_rng(0)

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.threshold = round(rate * LEVELS)

    @classmethod
    def seed(cls, seed: int) -> None:
        """Start the random numbers of all dropouts of this process anew."""
        cls._random = np.random.default_rng(seed)

    def forward(self, hidden: Tensor) -> Tensor:
        """Of any shape, to the same shape."""
        if not self.training or not self.threshold:
            return hidden
        return dropped(hidden, self.threshold, self._random)
