"""Heads that share keys and values: multi-head, grouped-query and multi-query attention.

H query heads read G key/value heads; head h reads number h // (H / G):

    output_h = softmax(q_h k_g^T / sqrt(d)) v_g,   g = h // (H / G)

G = H is multi-head attention, G = 1 multi-query attention, anything between grouped-query
attention. Only keys and values stay in the cache, so it shrinks by H / G. A trained model is turned
into one with fewer key/value heads by averaging those of a group; Ainslie et al. then train it a
little further, which is not done here.

Sources: Vaswani et al. 2017, section 3.2.2; Shazeer 2019, "Fast Transformer Decoding: One
Write-Head is All You Need"; Ainslie et al. 2023, "GQA", sections 2.1 and 2.2.
"""

from dataclasses import dataclass

from torch import Tensor

from core.attention.scaled_dot_product import attention
from core.errors import GlassboxError


@dataclass(frozen=True)
class SharedAttention:
    """Grouped-query attention of one sequence.

    Attributes:
        weights: (heads, n, m), rows sum to 1.
        output: (heads, n, head_width).
        cached_numbers: numbers that keys and values take in the cache for one token.
    """

    weights: Tensor
    output: Tensor
    cached_numbers: int


def repeat_heads(shared: Tensor, heads: int) -> Tensor:
    """Write every key/value head once for each query head of its group.

    Args:
        shared: (key_value_heads, n, width).
        heads: number of query heads, a multiple of the key/value heads.

    Raises:
        GlassboxError: it is not a multiple.

    >>> import torch
    >>> repeat_heads(torch.tensor([[[1.0]], [[2.0]]]), 4).flatten().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    _check_multiple(heads, shared.shape[0])
    return shared.repeat_interleave(heads // shared.shape[0], 0)


def merge_heads(shared: Tensor, groups: int) -> Tensor:
    """Average neighbouring key/value heads until `groups` are left.

    Averaging the heads' vectors is averaging their projection matrices, as both are linear; RoPE
    turns all heads by the same angles, so it makes no difference whether it comes before or after.

    Args:
        shared: (key_value_heads, n, width).
        groups: heads to be left, a divisor of the present number.

    Raises:
        GlassboxError: it is not a divisor.

    >>> import torch
    >>> merge_heads(torch.tensor([[[1.0]], [[2.0]], [[6.0]]]), 1).flatten().tolist()
    [3.0]
    """
    _check_multiple(shared.shape[0], groups)
    return shared.unflatten(0, (groups, -1)).mean(1)


def shared_attention(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> SharedAttention:
    """Attention of H query heads over G key/value heads.

    Args:
        queries: (H, n, width).
        keys: (G, m, width).
        values: (G, m, width).
        mask: (n, m) booleans, true where a query may look.

    Raises:
        GlassboxError: H is not a multiple of G.
    """
    heads, groups = queries.shape[0], keys.shape[0]
    steps = attention(queries, repeat_heads(keys, heads), repeat_heads(values, heads), mask)
    return SharedAttention(steps.weights, steps.output, groups * (keys.shape[-1] + values.shape[-1]))


def _check_multiple(heads: int, groups: int) -> None:
    if groups < 1 or heads % groups:
        raise GlassboxError("attention.variants.error.groups", heads=heads, groups=groups)
