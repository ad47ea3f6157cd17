"""Dropout whose random numbers are cheap.

torch draws a 32-bit number for each element, on a processor one after the other: a third of the time
of a training step of a small model. One random byte decides as well, the rate being rounded to 1/256; numpy
fills a block with them many times faster.

Source: Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting".
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

LEVELS = 256
"""A rate is one of 0, 1/256, 2/256, ..."""


def dropped(hidden: Tensor, threshold: int, random: np.random.Generator) -> Tensor:
    """Each element is dropped with probability threshold / 256, the others grow by 256 / (256 - threshold).

    Args:
        hidden: of any shape.
        threshold: from 0 to 255.
        random: whose bytes decide; on a GPU torch's own numbers do.
    """
    if hidden.is_cuda:
        return F.dropout(hidden, threshold / LEVELS)
    drawn = np.frombuffer(random.bytes(hidden.numel()), dtype=np.uint8)
    kept = torch.from_numpy(drawn >= threshold).view(hidden.shape)
    # One product instead of two, forward and backward: the factor is put into the mask.
    return hidden * (kept.to(hidden.dtype) * (LEVELS / (LEVELS - threshold)))
