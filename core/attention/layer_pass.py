"""What one Transformer block computed, and the part of it that both kinds of block share."""

from dataclasses import dataclass

from torch import Tensor

from core.attention.scaled_dot_product import attention


@dataclass(frozen=True)
class LayerPass:
    """One block on one text, or on a batch: then every tensor that depends on it leads with `batch`."""

    hidden: Tensor
    """(n, width) what the block hands to the next one."""
    after_attention: Tensor
    """(n, width) the residual stream between attention and feed-forward."""
    queries: Tensor
    """(heads, n, head_width) as they are compared: rotated, where the model rotates."""
    keys: Tensor
    """(key_value_heads, n, head_width) likewise."""
    values: Tensor
    """(key_value_heads, n, head_width)."""
    weights: Tensor
    """(heads, n, n) attention: row = the token that looks, column = the token looked at."""
    head_outputs: Tensor
    """(heads, n, head_width) the averaged values as they enter the output projection, after any switching."""


@dataclass(frozen=True)
class HeadOutputs:
    """The attention of all heads of a block, before the output projection."""

    weights: Tensor
    """(heads, n, n)."""
    outputs: Tensor
    """(heads, n, head_width)."""


def attend(
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    mask: Tensor | None,
    head_scale: Tensor | None,
    head_mean: Tensor | None,
) -> HeadOutputs:
    """Attention of every head, its output scaled and shifted where asked.

    Args:
        queries: (..., heads, n, head_width).
        keys: (..., key_value_heads, n, head_width); each is read by heads / key_value_heads queries.
        values: as the keys.
        mask: (n, n) booleans, True = may look; None: everything.
        head_scale: (heads,) or (batch, heads), a factor for each head's output; 0 switches it off.
        head_mean: (heads, head_width) or (batch, heads, head_width), added after the scaling, so that a
            head can be replaced by its average (scale 0) instead of by nothing.
    """
    shared_by = queries.shape[-3] // keys.shape[-3]
    if shared_by > 1:
        keys, values = (part.repeat_interleave(shared_by, -3) for part in (keys, values))
    steps = attention(queries, keys, values, mask)
    outputs = steps.output
    if head_scale is not None:
        outputs = outputs * head_scale[..., None, None]
    if head_mean is not None:
        outputs = outputs + head_mean[..., None, :]
    return HeadOutputs(steps.weights, outputs)


def split_heads(rows: Tensor, heads: int) -> Tensor:
    """(..., n, heads * head_width) to (..., heads, n, head_width)."""
    return rows.unflatten(-1, (heads, -1)).transpose(-3, -2)


def join_heads(outputs: Tensor) -> Tensor:
    """(..., heads, n, head_width) to (..., n, heads * head_width)."""
    return outputs.transpose(-3, -2).flatten(-2)
