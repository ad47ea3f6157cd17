"""Top-k: only the k best tokens may be drawn.

Cuts the long tail, whose single tokens are unlikely but together often chosen. The same k is kept
where the model is sure and where it is not, which is what top-p and min-p improve on.
Source: Fan, Lewis and Dauphin 2018, "Hierarchical Neural Story Generation", section 5.4.
"""

from torch import Tensor

from core.decoding.processors.checks import check_range


def top_k(logits: Tensor, k: int) -> Tensor:
    """Set every score below the k-th best to minus infinity; ties with the k-th stay.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        k: how many to keep; 0, or as many as there are tokens, changes nothing.

    Raises:
        GlassboxError: `k` is out of range.

    >>> from torch import tensor
    >>> top_k(tensor([[2.0, -1.0, 0.5]]), 2)
    tensor([[2.0000,   -inf, 0.5000]])
    """
    check_range("top_k", k)
    if not 0 < k < logits.shape[-1]:
        return logits
    worst_kept = logits.topk(k).values[:, -1:]
    return logits.masked_fill(logits < worst_kept, float("-inf"))
