"""Multi-head attention of the translator: over itself, or over the source sentence.

    softmax(Q K^T / sqrt(d_k)) V, for each of the heads on its share of the width

The three projections lie in one matrix, as in torch's `nn.MultiheadAttention`, so that a layer of
self-attention costs two matrix products instead of four. Written out, it is faster here than torch's
fused kernel, whose backward pass suits long sequences. Simplified: no dropout of the weights, only of
what each part adds.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class MultiHeadAttention(nn.Module):
    """Attention with its own projections of queries, keys and values."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.joined = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.joined.weight)
        nn.init.zeros_(self.joined.bias)
        nn.init.zeros_(self.output.bias)

    def queries(self, hidden: Tensor) -> Tensor:
        """(batch, n, width) to (batch, heads, n, width / heads)."""
        width = hidden.shape[-1]
        return self._split(F.linear(hidden, self.joined.weight[:width], self.joined.bias[:width]))

    def keys_values(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, n, width) to keys and values, each (batch, heads, n, width / heads)."""
        width = hidden.shape[-1]
        joined = F.linear(hidden, self.joined.weight[width:], self.joined.bias[width:])
        keys, values = joined.chunk(2, dim=-1)
        return self._split(keys), self._split(values)

    def over_itself(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """Self-attention: (batch, n, width) to the same shape; `mask` as in `attend`."""
        queries, keys, values = (self._split(part) for part in self.joined(hidden).chunk(3, dim=-1))
        return self.attend(queries, keys, values, mask)

    def attend(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        """The weighted values, projected back to the width.

        Args:
            queries: (batch, heads, n, head_width).
            keys, values: (batch, heads, m, head_width).
            mask: True where a query may look, broadcast to (batch, heads, n, m); None: everywhere.

        Returns:
            (batch, n, width).
        """
        mixed = self.weights(queries, keys, mask) @ values
        return self.output(mixed.transpose(1, 2).flatten(2))

    def weights(self, queries: Tensor, keys: Tensor, mask: Tensor | None) -> Tensor:
        """What `attend` weighs the values with: (batch, heads, n, m), rows sum to 1."""
        scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        return torch.softmax(scores, dim=-1)

    def _split(self, hidden: Tensor) -> Tensor:
        """(batch, n, width) to (batch, heads, n, width / heads)."""
        return hidden.unflatten(-1, (self.heads, -1)).transpose(1, 2)
