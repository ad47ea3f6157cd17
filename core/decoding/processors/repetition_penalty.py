"""Repetition penalty: tokens that already occurred, in the prompt or after it, become less likely.

A seen token's score is divided by theta where positive and multiplied by it where negative.
The paper divides only; multiplying negative scores, as transformers does, keeps the direction.
Seen once or a hundred times makes no difference.
Source: Keskar et al. 2019, "CTRL", section 4.1.
"""

import torch
from torch import Tensor

from core.decoding.processors.checks import check_range


def repetition_penalty(logits: Tensor, previous: Tensor, theta: float) -> Tensor:
    """Push every token of `previous` down by `theta`.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        previous: (batch, length) token ids read or generated so far.
        theta: positive; 1.0 changes nothing, the paper uses 1.2, below 1 rewards repetition.

    Raises:
        GlassboxError: `theta` is out of range.

    >>> from torch import tensor
    >>> repetition_penalty(tensor([[2.0, -1.0, 0.5]]), tensor([[0, 1]]), theta=2.0)
    tensor([[ 1.0000, -2.0000,  0.5000]])
    """
    check_range("repetition_penalty", theta)
    seen = logits.gather(1, previous)
    return logits.scatter(1, previous, torch.where(seen < 0, seen * theta, seen / theta))
