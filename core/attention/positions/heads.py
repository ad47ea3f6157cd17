"""Real queries and keys of SmolLM2, before any rotation, and how their score would change with distance.

The queries and keys of a text are taken as they are before RoPE; the distance between them can then be
chosen freely, which shows what the rotation alone does to this content.
Source of the questions asked here: Su et al. 2021, "RoFormer", section 3.4.3 (long-term decay); Barbero
et al. 2025, "Round and Round We Go! What makes Rotary Positional Encodings useful?", section 3.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.open_model import open_model
from core.attention.positions.order import DECODER, MOST_TOKENS
from core.attention.positions.reading import head_base, llama_layers, own_angles
from core.attention.positions.rope import rotate
from core.errors import GlassboxError
from core.shelf.load import load_language_model

NEAR, FAR = (1, 17), (1000, 2000)
"""Distances (from, up to) whose mean scores are compared to say whether a head falls."""


@dataclass(frozen=True)
class HeadVectors:
    """The queries and keys of every layer on one text, unrotated."""

    tokens: tuple[str, ...]
    queries: Tensor
    """(layers, heads, n, head_width)."""
    keys: Tensor
    """(layers, key_value_heads, n, head_width)."""
    products: Tensor
    """(layers, heads, head_width / 2) complex, see `mean_products`."""
    base: float
    """Of the model's own rotation."""
    context: int
    """Tokens it was trained to read."""

    @property
    def width(self) -> int:
        """Of a head."""
        return self.queries.shape[-1]

    @property
    def shared_by(self) -> int:
        """Query heads that read the same keys."""
        return self.queries.shape[1] // self.keys.shape[1]

    def query(self, layer: int, head: int, token: int) -> Tensor:
        """(head_width,) of one token.

        Raises:
            GlassboxError: there is no such layer, head or token.
        """
        self._check(layer, head, token)
        return self.queries[layer, head, token]

    def key(self, layer: int, head: int, token: int) -> Tensor:
        """(head_width,) of one token, of the key head that query head `head` reads.

        Raises:
            GlassboxError: there is no such layer, head or token.
        """
        self._check(layer, head, token)
        return self.keys[layer, head // self.shared_by, token]

    def _check(self, layer: int, head: int, token: int) -> None:
        layers, heads, tokens, _ = self.queries.shape
        if not (0 <= layer < layers and 0 <= head < heads and 0 <= token < tokens):
            raise GlassboxError(
                "attention.positions.error.head", layers=layers - 1, heads=heads - 1, tokens=tokens - 1
            )


def head_vectors(text: str) -> HeadVectors:
    """Read `text` with SmolLM2 and take the rotation off its queries and keys.

    Raises:
        GlassboxError: fewer than two tokens, more than `MOST_TOKENS`, or the model is not installed.
    """
    pieces = open_model(DECODER).read(text)
    count = len(pieces.ids)
    if not 2 <= count <= MOST_TOKENS:
        raise GlassboxError("attention.positions.error.tokens", tokens=count, high=MOST_TOKENS)
    model = load_language_model(DECODER)
    angles = own_angles(model, count)
    passes = [passed for _, passed in llama_layers(model, pieces.ids, angles)]
    queries = rotate(torch.stack([each.queries for each in passes]), -angles)
    keys = rotate(torch.stack([each.keys for each in passes]), -angles)
    repeated = keys.repeat_interleave(model.query_heads // model.key_value_heads, dim=1)
    return HeadVectors(
        pieces.tokens,
        queries,
        keys,
        mean_products(queries, repeated),
        head_base(model),
        model.context_length,
    )


def mean_products(queries: Tensor, keys: Tensor) -> Tensor:
    """The mean of conj(query) * key over all pairs of a query and an earlier key, by plane.

    Each plane's point is taken as a complex number, so that one number holds what the mean score needs
    at every distance. Keys of the first token are left out: many heads rest there whatever the distance.

    Args:
        queries: (layers, heads, n, width), unrotated.
        keys: (layers, heads, n, width), repeated where heads share them.

    Returns:
        (layers, heads, width / 2) complex.
    """
    first, second = (
        torch.complex(*(half.contiguous() for half in part.chunk(2, -1))) for part in (queries, keys)
    )
    count = keys.shape[2]
    earlier = torch.ones(count, count).tril(-1)
    earlier[:, 0] = 0
    seen = torch.einsum("qk,lhki->lhqi", earlier.to(second.dtype), second)
    return (first.conj() * seen).sum(2) / max(float(earlier.sum()), 1.0)


def mean_scores(products: Tensor, distances: Tensor, speeds: Tensor) -> Tensor:
    """The mean score of a head when every pair of its tokens stood at a distance: (layers, heads, n).

    Divided by the root of the width, as attention does.

    Args:
        products: (layers, heads, width / 2) from `mean_products`.
        distances: (n,) query position minus key position.
        speeds: (width / 2,) radians a token.

    >>> products = torch.ones(1, 1, 1, dtype=torch.complex64)
    >>> mean_scores(products, torch.tensor([0.0, torch.pi]), torch.tensor([1.0])).round(decimals=4)
    tensor([[[ 0.7071, -0.7071]]])
    """
    angles = distances[:, None] * speeds
    scores = torch.einsum("lhi,ni->lhn", products.real, angles.cos())
    scores = scores + torch.einsum("lhi,ni->lhn", products.imag, angles.sin())
    return scores / (2 * len(speeds)) ** 0.5


def randomly_turned(products: Tensor, seed: int = 0) -> Tensor:
    """`products` with every plane of every head turned by a random angle of its own.

    All lengths stay; lost is only how queries and keys lie to one another, which training chose.
    """
    generator = torch.Generator().manual_seed(seed)
    angles = 2 * torch.pi * torch.rand(products.shape, generator=generator)
    return products * torch.polar(torch.ones_like(angles), angles)


def share_falling(products: Tensor, speeds: Tensor) -> float:
    """The share of all heads whose mean score is lower at the distances FAR than at NEAR."""
    near, far = (torch.arange(*ends, dtype=torch.float32) for ends in (NEAR, FAR))
    near_scores, far_scores = (mean_scores(products, each, speeds).mean(-1) for each in (near, far))
    return float((far_scores < near_scores).float().mean())
