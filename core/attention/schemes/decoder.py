"""A small decoder-only Transformer that differs in one thing only: how it knows the positions.

Pre-norm blocks as in GPT-2, with RMSNorm and no biases. For embeddings e, norm N, and each layer:

    h = sqrt(d) e [+ position vector]                       sinusoidal, learned
    h <- h + softmax(Q K^T / sqrt(d_k) [+ bias]) V W_o      rope rotates Q and K; alibi adds the bias
    h <- h + gelu(N(h) W_up) W_down

and the logits are N(h) times the embeddings again. With the same seed every scheme begins with the
same weights; only `learned` has further ones, its table of positions.

Sources: Vaswani et al. 2017, "Attention Is All You Need", section 3; Radford et al. 2019, section 2.3;
Kazemnejad et al. 2023, "The Impact of Positional Encoding on Length Generalization" (the comparison).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.attention.positions.alibi import bias as alibi_bias
from core.attention.positions.rope import rotate, rotation_angles
from core.attention.positions.sinusoidal import encoding
from core.attention.schemes.settings import HEAD_WIDTH, Shape
from core.errors import GlassboxError

ROPE_BASE = 10_000.0
EXPANSION = 4
"""Width of the feed-forward part in widths of the model."""


class SmallDecoder(nn.Module):
    """Tokens in, the next token's logits at every position out."""

    def __init__(self, scheme: str, shape: Shape, vocabulary: int, training_length: int, seed: int) -> None:
        super().__init__()
        self.scheme, self.shape, self.training_length = scheme, shape, training_length
        self.embedding = nn.Embedding(vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.final_norm = nn.RMSNorm(shape.width)
        if scheme == "learned":
            self.positions = nn.Parameter(torch.empty(training_length, shape.width))
        self._initialise(seed)

    @torch.no_grad()
    def _initialise(self, seed: int) -> None:
        """Draw the weights that all schemes share first, so that they are the same for all."""
        generator = torch.Generator().manual_seed(seed)
        deep = 1 / math.sqrt(2 * self.shape.layers)
        nn.init.normal_(self.embedding.weight, std=self.shape.width**-0.5, generator=generator)
        for name, layer in self.blocks.named_modules():
            if isinstance(layer, nn.Linear):
                smaller = deep if name.endswith(("output", "down")) else 1.0
                nn.init.normal_(layer.weight, std=smaller * layer.in_features**-0.5, generator=generator)
        if self.scheme == "learned":
            nn.init.normal_(self.positions, std=0.02, generator=generator)

    def forward(self, ids: Tensor) -> Tensor:
        """(batch, length) token ids to (batch, length, vocabulary) logits.

        Raises:
            GlassboxError: the text is longer than the learned table, which has no further rows.
        """
        hidden = self.embed(ids)
        angles, bias = self._inside_attention(ids.shape[1])
        for block in self.blocks:
            hidden = block(hidden, angles, bias)
        return self.final_norm(hidden) @ self.embedding.weight.T

    def embed(self, ids: Tensor) -> Tensor:
        """(batch, length) ids to (batch, length, width): token vectors, plus positions that are added."""
        length = ids.shape[1]
        tokens = self.embedding(ids) * math.sqrt(self.shape.width)
        if self.scheme == "sinusoidal":
            return tokens + encoding(length, self.shape.width)
        if self.scheme == "learned":
            if length > self.training_length:
                raise GlassboxError(
                    "attention.experiment.error.no_rows", length=length, rows=self.training_length
                )
            return tokens + self.positions[:length]
        return tokens

    def _inside_attention(self, length: int) -> tuple[Tensor | None, Tensor | None]:
        """What the scheme does within attention: angles of rotation, or a bias with the future masked."""
        angles = rotation_angles(length, HEAD_WIDTH, ROPE_BASE) if self.scheme == "rope" else None
        if self.scheme != "alibi":
            return angles, None
        future = torch.ones(length, length, dtype=torch.bool).triu(1)
        return angles, alibi_bias(self.shape.heads, length).masked_fill(future, -math.inf)


class Block(nn.Module):
    """Attention, then the feed-forward part, each behind a norm and added to what came in."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = nn.RMSNorm(shape.width)
        self.query_key_value = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.output = nn.Linear(shape.width, shape.width, bias=False)
        self.feed_forward_norm = nn.RMSNorm(shape.width)
        self.up = nn.Linear(shape.width, EXPANSION * shape.width, bias=False)
        self.down = nn.Linear(EXPANSION * shape.width, shape.width, bias=False)

    def forward(self, hidden: Tensor, angles: Tensor | None, bias: Tensor | None) -> Tensor:
        """(batch, length, width) to the same; `angles` and `bias` as the scheme has them."""
        hidden = hidden + self._attend(self.attention_norm(hidden), angles, bias)
        return hidden + self.down(F.gelu(self.up(self.feed_forward_norm(hidden))))

    def _attend(self, normed: Tensor, angles: Tensor | None, bias: Tensor | None) -> Tensor:
        batch, length, width = normed.shape
        joined = self.query_key_value(normed).view(batch, length, 3, self.heads, width // self.heads)
        queries, keys, values = joined.permute(2, 0, 3, 1, 4)  # each (batch, heads, length, head width)
        if angles is not None:
            queries, keys = rotate(queries, angles), rotate(keys, angles)
        mixed = F.scaled_dot_product_attention(queries, keys, values, attn_mask=bias, is_causal=bias is None)
        return self.output(mixed.transpose(1, 2).reshape(batch, length, width))
