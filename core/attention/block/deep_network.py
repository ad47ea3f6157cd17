"""A deep and narrow causal Transformer over characters, whose norms can stand in any of four places.

Everything but the place of the norms is the same: LayerNorm, one learned vector a position, attention,
a feed-forward layer with ReLU, Xavier initialisation. With the norms after or before the sublayers a
layer computes what `torch.nn.TransformerEncoderLayer` computes. Narrow, so that tens of layers train on
a laptop: the effects of depth are those of large models, the quality of the text is not.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.attention.block.placement import (
    Step,
    check_placement,
    deep_norm,
    deep_norm_scales,
    post_norm,
    pre_norm,
    sandwich_norm,
)


@dataclass(frozen=True)
class Shape:
    """The size of the network."""

    vocabulary: int
    depth: int = 24
    """Layers, each with two sublayers."""
    width: int = 48
    heads: int = 2
    length: int = 64
    """Positions that have a vector."""


class DeepLayer(nn.Module):
    """Attention and a feed-forward layer, each with its residual sum and norms in the chosen place."""

    def __init__(self, shape: Shape, placement: str) -> None:
        super().__init__()
        width = shape.width
        self.placement = check_placement(placement)
        self.heads = shape.heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.output = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4 if placement == "sandwich" else 2))
        self.alpha, self.beta = deep_norm_scales(shape.depth) if placement == "deep" else (1.0, 1.0)

    def reset(self, generator: torch.Generator) -> None:
        """Draw the weights anew: Xavier normal, the gain beta for values, output and feed-forward."""
        gains = {self.query: 1.0, self.key: 1.0}
        for linear in (self.query, self.key, self.value, self.output, self.up, self.down):
            nn.init.xavier_normal_(linear.weight, gains.get(linear, self.beta), generator)
            nn.init.zeros_(linear.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, length, width) to the same shape."""
        half = len(self.norms) // 2
        hidden = self._place(hidden, self.attend, *self.norms[:half])
        return self._place(hidden, self.feed_forward, *self.norms[half:])

    def attend(self, hidden: Tensor) -> Tensor:
        """Causal multi-head attention, (batch, length, width) to the same shape."""
        batch, length, width = hidden.shape
        shape = (batch, length, self.heads, width // self.heads)
        query, key, value = (
            linear(hidden).view(shape).transpose(1, 2) for linear in (self.query, self.key, self.value)
        )
        mixed: Tensor = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        projected: Tensor = self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return projected

    def feed_forward(self, hidden: Tensor) -> Tensor:
        """relu(x W_1) W_2, (batch, length, width) to the same shape."""
        result: Tensor = self.down(F.relu(self.up(hidden)))
        return result

    def _place(self, hidden: Tensor, sublayer: Step, *norms: nn.Module) -> Tensor:
        if self.placement == "post":
            return post_norm(hidden, sublayer, norms[0])
        if self.placement == "pre":
            return pre_norm(hidden, sublayer, norms[0])
        if self.placement == "sandwich":
            return sandwich_norm(hidden, sublayer, norms[0], norms[1])
        return deep_norm(hidden, sublayer, norms[0], self.alpha)


class DeepNetwork(nn.Module):
    """Characters in, scores of the next character out."""

    def __init__(self, shape: Shape, placement: str, seed: int) -> None:
        """Weights drawn with `seed`: those that two placements share have the same values.

        Raises:
            GlassboxError: no such placement.
        """
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.length, shape.width)
        self.layers = nn.ModuleList(DeepLayer(shape, placement) for _ in range(shape.depth))
        residual_is_free = placement in ("pre", "sandwich")
        self.last_norm: nn.Module = nn.LayerNorm(shape.width) if residual_is_free else nn.Identity()
        self.unembedding = nn.Linear(shape.width, shape.vocabulary)
        for table in (self.embedding.weight, self.positions.weight):
            nn.init.normal_(table, std=0.5, generator=generator)
        for layer in self.layers:
            layer.reset(generator)  # type: ignore[operator]
        nn.init.xavier_normal_(self.unembedding.weight, generator=generator)
        nn.init.zeros_(self.unembedding.bias)

    def forward(self, ids: Tensor) -> Tensor:
        """(batch, length) character ids to (batch, length, vocabulary) scores."""
        hidden = self.embedding(ids) + self.positions.weight[: ids.shape[1]]
        for layer in self.layers:
            hidden = layer(hidden)
        scores: Tensor = self.unembedding(self.last_norm(hidden))
        return scores

    def loss(self, ids: Tensor) -> Tensor:
        """Mean negative log likelihood (nats) of each next character of `ids`, (batch, length + 1)."""
        scores = self(ids[:, :-1])
        return F.cross_entropy(scores.flatten(0, 1), ids[:, 1:].flatten())
