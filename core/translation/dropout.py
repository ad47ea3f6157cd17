"""Dropout whose random numbers are cheap.

torch draws a 32-bit number for each element, on a processor one after the other: a third of the time
of a training step at these sizes. One random byte decides as well, the rate being rounded to 1/256;
numpy fills a block with them many times faster.

Source: Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting".
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ByteDropout(nn.Module):
    """In training each element is dropped with probability `rate`, the others grow by 1 / (1 - rate)."""

    _random = np.random.default_rng(0)

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.threshold = round(rate * 256)

    @classmethod
    def seed(cls, seed: int) -> None:
        """Start the random numbers of all dropouts of this process anew."""
        cls._random = np.random.default_rng(seed)

    def forward(self, hidden: Tensor) -> Tensor:
        """Of any shape, to the same shape."""
        if not self.training or not self.threshold:
            return hidden
        if hidden.is_cuda:
            return F.dropout(hidden, self.threshold / 256)
        drawn = np.frombuffer(self._random.bytes(hidden.numel()), dtype=np.uint8)
        kept = torch.from_numpy(drawn >= self.threshold).view(hidden.shape)
        # One product instead of two, forward and backward: the factor is put into the mask.
        return hidden * (kept.to(hidden.dtype) * (256 / (256 - self.threshold)))
