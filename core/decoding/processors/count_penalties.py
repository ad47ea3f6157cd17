"""Presence and frequency penalty: what was generated already loses a little, once or each time.

    z_j <- z_j - c_j * frequency - [c_j > 0] * presence

c_j is how often token j was generated so far; the prompt does not count. Unlike the repetition
penalty these subtract, so their effect on a probability is the same whatever the score was.
Source: OpenAI API reference and its guide, "Frequency and presence penalties", read as the formula above.
"""

import torch
from torch import Tensor

from core.decoding.processors.checks import check_range


def presence_penalty(logits: Tensor, generated: Tensor, penalty: float) -> Tensor:
    """Subtract `penalty` once from every token that was generated at all.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        generated: (batch, length) token ids generated so far, the prompt left out; length may be 0.
        penalty: -2 to 2; 0 changes nothing, a negative one rewards repetition.

    Raises:
        GlassboxError: `penalty` is out of range.

    >>> from torch import tensor
    >>> presence_penalty(tensor([[2.0, -1.0, 0.5]]), tensor([[0, 0, 1]]), 0.5)
    tensor([[ 1.5000, -1.5000,  0.5000]])
    """
    check_range("presence_penalty", penalty)
    return logits.scatter(1, generated, logits.gather(1, generated) - penalty)


def frequency_penalty(logits: Tensor, generated: Tensor, penalty: float) -> Tensor:
    """Subtract `penalty` from a token as many times as it was generated.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        generated: (batch, length) token ids generated so far, the prompt left out; length may be 0.
        penalty: -2 to 2; 0 changes nothing, a negative one rewards repetition.

    Raises:
        GlassboxError: `penalty` is out of range.

    >>> from torch import tensor
    >>> frequency_penalty(tensor([[2.0, -1.0, 0.5]]), tensor([[0, 0, 1]]), 0.5)
    tensor([[ 1.0000, -1.5000,  0.5000]])
    """
    check_range("frequency_penalty", penalty)
    return logits.scatter_add(1, generated, torch.full_like(generated, -penalty, dtype=logits.dtype))
