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


@dataclass(frozen=True)
class HeadVectors:
    """The queries and keys of every layer on one text, unrotated."""

    tokens: tuple[str, ...]
    queries: Tensor
    """(layers, heads, n, head_width)."""
    keys: Tensor
    """(layers, key_value_heads, n, head_width)."""
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
    return HeadVectors(
        pieces.tokens,
        rotate(torch.stack([each.queries for each in passes]), -angles),
        rotate(torch.stack([each.keys for each in passes]), -angles),
        head_base(model),
        model.context_length,
    )


def mean_scores(vectors: HeadVectors, distances: Tensor, speeds: Tensor) -> Tensor:
    """The mean score of a head's queries with its earlier keys, set at each distance: (layers, heads, n).

    Every query meets every key of a token before it (the first token left out: heads rest there whatever
    the distance), and each pair is moved to each distance; divided by the root of the width.

    Uses that the mean over pairs of <R_t q, k> is linear in the products of their planes' coordinates:
    with a_i = q_x k_x + q_y k_y and b_i = q_x k_y - q_y k_x, a pair adds a_i cos(t w_i) + b_i sin(t w_i).

    Args:
        vectors: at least three tokens.
        distances: (n,) query position minus key position.
        speeds: (head_width / 2,) radians a token.
    """
    keys = vectors.keys.repeat_interleave(vectors.shared_by, dim=1)
    (query_x, query_y), (key_x, key_y) = vectors.queries.chunk(2, -1), keys.chunk(2, -1)
    count = keys.shape[2]
    earlier = torch.ones(count, count).tril(-1)
    earlier[:, 0] = 0
    share = earlier / earlier.sum()

    def mean_product(left: Tensor, right: Tensor) -> Tensor:
        """Mean over the pairs of left_i right_i, for each plane i: (layers, heads, width / 2)."""
        return torch.einsum("lhqi,qk,lhki->lhi", left, share, right)

    same = mean_product(query_x, key_x) + mean_product(query_y, key_y)
    crossed = mean_product(query_x, key_y) - mean_product(query_y, key_x)
    angles = distances[:, None] * speeds
    scores = torch.einsum("lhi,ni->lhn", same, angles.cos()) + torch.einsum(
        "lhi,ni->lhn", crossed, angles.sin()
    )
    return scores / vectors.width**0.5
