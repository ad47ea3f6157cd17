"""A block of BERT, written out: post-norm, no rotation, every token sees every other.

    a = LayerNorm(h + heads(h W_q, h W_k, h W_v) W_o)
    h' = LayerNorm(a + gelu(a W_in) W_out)                       all products with a bias

Sources: Devlin et al. 2019, "BERT", section 3; Vaswani et al. 2017, "Attention Is All You Need",
section 3.1; Hendrycks and Gimpel 2016, "Gaussian Error Linear Units", section 2.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.layer_pass import LayerPass, attend, join_heads, split_heads


class BertBlock:
    """One layer of a transformers `BertModel`; reads the module's weights, copies none."""

    def __init__(self, layer: Any, heads: int) -> None:
        self._layer = layer
        self._heads = heads

    def __call__(self, hidden: Tensor, head_scale: Tensor | None, head_mean: Tensor | None) -> LayerPass:
        """The block on hidden states (..., n, width)."""
        layer, projections = self._layer, self._layer.attention.self
        queries, keys, values = (
            split_heads(projection(hidden), self._heads)
            for projection in (projections.query, projections.key, projections.value)
        )
        heads = attend(queries, keys, values, None, head_scale, head_mean)
        attended = layer.attention.output
        after_attention = layer_norm(hidden + attended.dense(join_heads(heads.outputs)), attended.LayerNorm)
        inner = F.gelu(layer.intermediate.dense(after_attention))
        after_block = layer_norm(after_attention + layer.output.dense(inner), layer.output.LayerNorm)
        return LayerPass(after_block, after_attention, queries, keys, values, heads.weights, heads.outputs)


def layer_norm(hidden: Tensor, module: Any) -> Tensor:
    """g * (h - mean) / sqrt(variance + epsilon) + b with the module's g, b and epsilon.

    >>> layer_norm(torch.tensor([1.0, 3.0]), torch.nn.LayerNorm(2, eps=0.0)).tolist()
    [-1.0, 1.0]
    """
    centred = hidden - hidden.mean(-1, keepdim=True)
    variance = (centred * centred).mean(-1, keepdim=True)
    normed: Tensor = (
        centred * torch.rsqrt(variance + module.eps) * module.weight.detach() + module.bias.detach()
    )
    return normed


def embed(module: Any, ids: Tensor) -> Tensor:
    """BERT's input: the sum of the vectors of token, position and first segment, normed."""
    words = module.word_embeddings.weight[ids]
    positions = module.position_embeddings.weight[: ids.shape[-1]]
    return layer_norm(words + positions + module.token_type_embeddings.weight[0], module.LayerNorm)
