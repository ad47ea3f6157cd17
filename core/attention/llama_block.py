"""A block of the LLaMA architecture, written out: pre-norm, rotated queries and keys, a gated feed-forward.

    a = h + heads(R(N(h) W_q), R(N(h) W_k), N(h) W_v) W_o        N: RMSNorm, R: rotation by position
    h' = a + (silu(N(a) W_gate) * N(a) W_up) W_down

Sources: Touvron et al. 2023, "LLaMA", section 2.2; Su et al. 2021, "RoFormer", equation 34;
Zhang and Sennrich 2019, "Root Mean Square Layer Normalization", equation 4; Shazeer 2020, "GLU
Variants Improve Transformer", equation 6; Ainslie et al. 2023, "GQA", section 2.2.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.layer_pass import LayerPass, attend, join_heads, split_heads
from core.attention.masks import causal_mask


class LlamaBlock:
    """One layer of a transformers `LlamaForCausalLM`; reads the module's weights, copies none."""

    def __init__(self, layer: Any, heads: int, key_value_heads: int, epsilon: float) -> None:
        self._layer = layer
        self._heads = heads
        self._key_value_heads = key_value_heads
        self._epsilon = epsilon

    def __call__(
        self,
        hidden: Tensor,
        rotation: tuple[Tensor, Tensor],
        head_scale: Tensor | None,
        head_mean: Tensor | None,
    ) -> LayerPass:
        """The block on hidden states (..., n, width); `rotation` are (n, head_width) cosines and sines."""
        layer, projections = self._layer, self._layer.self_attn
        normed = rms_norm(hidden, layer.input_layernorm.weight, self._epsilon)
        queries = rotate(split_heads(projections.q_proj(normed), self._heads), rotation)
        keys = rotate(split_heads(projections.k_proj(normed), self._key_value_heads), rotation)
        values = split_heads(projections.v_proj(normed), self._key_value_heads)
        heads = attend(queries, keys, values, causal_mask(hidden.shape[-2]), head_scale, head_mean)
        after_attention = hidden + projections.o_proj(join_heads(heads.outputs))
        normed = rms_norm(after_attention, layer.post_attention_layernorm.weight, self._epsilon)
        return LayerPass(
            after_attention + feed_forward(layer.mlp, normed),
            after_attention,
            queries,
            keys,
            values,
            heads.weights,
            heads.outputs,
        )


def feed_forward(module: Any, normed: Tensor) -> Tensor:
    """SwiGLU: the gate's silu decides how much of `up` comes through."""
    gated: Tensor = module.down_proj(F.silu(module.gate_proj(normed)) * module.up_proj(normed))
    return gated


def rms_norm(hidden: Tensor, gain: Tensor, epsilon: float) -> Tensor:
    """g * h / sqrt(mean(h^2) + epsilon).

    >>> rms_norm(torch.tensor([3.0, 4.0]), torch.ones(2), epsilon=0.0)  # root mean square 3.5355
    tensor([0.8485, 1.1314])
    """
    return hidden * torch.rsqrt((hidden * hidden).mean(-1, keepdim=True) + epsilon) * gain


def rotate(vectors: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Turn each plane (i, i + d/2) of vectors (..., n, d) by the angle of its token's position.

    >>> quarter = (torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
    >>> rotate(torch.tensor([[1.0, 0.0]]), quarter)
    tensor([[0., 1.]])
    """
    cosine, sine = rotation
    first, second = vectors.chunk(2, -1)
    return vectors * cosine + torch.cat((-second, first), -1) * sine
