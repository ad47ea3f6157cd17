"""Multi-head latent attention: the cache holds one short vector from which keys and values come.

DeepSeek-V2 projects a token's hidden state h down to a latent c and keeps only c, plus one key of a
few numbers that carries the position and is the same for all heads:

    c = h W_down                     cached, r numbers
    k_rope = R(h W_rope)             cached, one for all heads, rotated by RoPE
    k_h = [c W_key_h, k_rope],  v_h = c W_value_h,  q_h = [h W_query_h, R(h W_query_rope_h)]
    output_h = softmax(q_h k_h^T / sqrt(d_nope + d_rope)) v_h

Why the position needs a key of its own: without it q_h k_h^T = q_h W_key_h^T c^T, so W_key is applied
to the query once and no key is ever written out (`absorbed_attention`). A rotation between the two,
different at every position, would stand in the way. Left out here: the latent of the queries, the
norm on c, and YaRN's factor on the scale, none of which changes the cache.

Also here: what a trained model without latents loses when its keys and values are forced through r
numbers by a truncated singular value decomposition of its projections.

Source: DeepSeek-AI 2024, "DeepSeek-V2", section 2.1, equations 9 to 19.
"""

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor

from core.attention.llama_block import rotate
from core.attention.masks import causal_mask
from core.errors import GlassboxError


@dataclass(frozen=True)
class LatentWeights:
    """The projections of one layer.

    Attributes:
        query: (width, heads, nope).
        query_rope: (width, heads, rope), rope even.
        down: (width, rank).
        key: (rank, heads, nope).
        value: (rank, heads, value_width).
        key_rope: (width, rope).
    """

    query: Tensor
    query_rope: Tensor
    down: Tensor
    key: Tensor
    value: Tensor
    key_rope: Tensor


@dataclass(frozen=True)
class LatentAttention:
    """What one layer computed and what it must keep.

    Attributes:
        latents: (n, rank), cached.
        position_keys: (n, rope), cached.
        weights: (heads, n, n).
        output: (heads, n, value_width).
    """

    latents: Tensor
    position_keys: Tensor
    weights: Tensor
    output: Tensor

    @property
    def cached_numbers(self) -> int:
        """Numbers in the cache for one token and layer."""
        return self.latents.shape[1] + self.position_keys.shape[1]


def latent_attention(
    hidden: Tensor, weights: LatentWeights, rotation: tuple[Tensor, Tensor]
) -> LatentAttention:
    """Causal attention with keys and values written out, as in training (equations 9 to 19).

    Args:
        hidden: (n, width).
        weights: the layer's projections.
        rotation: (n, rope) cosines and sines of RoPE.
    """
    latents, position_keys = hidden @ weights.down, rotate(hidden @ weights.key_rope, rotation)
    heads = weights.query.shape[1]
    keys = torch.cat((_by_head(latents, weights.key), position_keys.expand(heads, -1, -1)), -1)
    rotated = rotate(_by_head(hidden, weights.query_rope), rotation)
    queries = torch.cat((_by_head(hidden, weights.query), rotated), -1)
    shares = _causal_softmax(queries @ keys.transpose(1, 2) / sqrt(keys.shape[-1]))
    return LatentAttention(latents, position_keys, shares, shares @ _by_head(latents, weights.value))


def absorbed_attention(hidden: Tensor, weights: LatentWeights, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """The same output (heads, n, value_width) straight from the cache: no key or value is written out."""
    latents, position_keys = hidden @ weights.down, rotate(hidden @ weights.key_rope, rotation)
    moved = torch.einsum("hnd,rhd->hnr", _by_head(hidden, weights.query), weights.key)
    rotated = rotate(_by_head(hidden, weights.query_rope), rotation)
    scores = moved @ latents.T + rotated @ position_keys.T
    shares = _causal_softmax(scores / sqrt(weights.query.shape[2] + weights.query_rope.shape[2]))
    return torch.einsum("hnr,rhd->hnd", shares @ latents, weights.value)


def low_rank(matrix: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """The best product of a (rows, rank) and a (rank, columns) matrix for `matrix`, in squared error.

    Raises:
        GlassboxError: the rank is not between 1 and the smaller side.

    >>> left, right = low_rank(torch.tensor([[2.0, 0.0], [0.0, 1.0]]), 1)
    >>> (left @ right).round().tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    if not 1 <= rank <= min(matrix.shape):
        raise GlassboxError("attention.variants.error.rank", rank=rank, most=min(matrix.shape))
    left, sizes, right = torch.linalg.svd(matrix, full_matrices=False)
    return left[:, :rank] * sizes[:rank], right[:rank]


def _by_head(rows: Tensor, projection: Tensor) -> Tensor:
    """(n, inputs) times (inputs, heads, outputs) as (heads, n, outputs)."""
    return torch.einsum("ni,iho->hno", rows, projection)


def _causal_softmax(scores: Tensor) -> Tensor:
    return torch.softmax(scores.masked_fill(~causal_mask(scores.shape[-1]), -torch.inf), -1)
