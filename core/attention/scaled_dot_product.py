"""Scaled dot-product attention, every intermediate value kept.

    attention(Q, K, V) = softmax(Q K^T / sqrt(d_k) + mask) V

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1, equation 1.
"""

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor


@dataclass(frozen=True)
class AttentionSteps:
    """What attention computes on its way; leading dimensions (batch, heads) are those of the inputs."""

    products: Tensor
    """(..., queries, keys) the dot product of each query with each key."""
    scaled: Tensor
    """The products divided by sqrt(d_k)."""
    masked: Tensor
    """The same with minus infinity where the mask forbids looking."""
    weights: Tensor
    """Softmax over the keys: each row sums to 1."""
    output: Tensor
    """(..., queries, d_v) the values averaged with the weights."""


def attention(
    queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None, scale: float | None = None
) -> AttentionSteps:
    """Let every query gather the values of the keys that it matches.

    Args:
        queries: (..., n, d_k).
        keys: (..., m, d_k); in self-attention of the same tokens, in cross-attention of another text.
        values: (..., m, d_v).
        mask: booleans that broadcast to (..., n, m), True = may look; None: everything may be seen.
        scale: factor of the products; None: 1 / sqrt(d_k).

    Returns:
        Every step. A query that may look nowhere gets weights and output 0, as in torch.

    >>> q = torch.tensor([[2.0, 0.0]])
    >>> k, v = torch.eye(2), torch.tensor([[1.0], [3.0]])
    >>> steps = attention(q, k, v, scale=1.0)
    >>> steps.products.tolist(), [round(w, 3) for w in steps.weights[0].tolist()]
    ([[2.0, 0.0]], [0.881, 0.119])
    >>> round(steps.output.item(), 3)  # 0.881 * 1 + 0.119 * 3
    1.238
    """
    products = queries @ keys.mT
    scaled = products * (1 / sqrt(queries.shape[-1]) if scale is None else scale)
    masked = scaled if mask is None else scaled.masked_fill(~mask, -torch.inf)
    weights = torch.softmax(masked, -1)
    if mask is not None:
        weights = weights.masked_fill(~mask.any(-1, keepdim=True), 0.0)
    return AttentionSteps(products, scaled, masked, weights, weights @ values)
