"""The real decoder with its attention exchanged: everything else of every layer stays as trained.

A layer hands its queries, keys and values to `attend`, which is what a variant replaces: other masks,
fewer key/value heads, a hard choice instead of a softmax. The loss that follows says what the trained
model loses by the exchange; it says nothing about a model trained with the variant from the start.

Sources: Touvron et al. 2023, "LLaMA", section 2.2; Ainslie et al. 2023, "GQA", section 2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.attention.layer_pass import join_heads, split_heads
from core.attention.llama_block import rotate
from core.attention.masks import causal_mask
from core.attention.scaled_dot_product import attention
from core.attention.shared_heads import repeat_heads
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

MOST_TOKENS = 512


@dataclass(frozen=True)
class HeadVectors:
    """What a layer's attention works on, RoPE applied.

    Attributes:
        queries: (heads, n, head_width).
        keys: (key_value_heads, n, head_width).
        values: (key_value_heads, n, head_width).
        inputs: (n, width) normalised hidden states that the three were projected from.
        rotation: (n, head_width) cosines and sines.
    """

    queries: Tensor
    keys: Tensor
    values: Tensor
    inputs: Tensor
    rotation: tuple[Tensor, Tensor]


Attend = Callable[[int, HeadVectors], Tensor]
"""From a layer's number and its vectors to the heads' outputs (heads, n, head_width)."""


def softmax_attend(vectors: HeadVectors, mask: Tensor) -> Tensor:
    """Ordinary attention over the positions that `mask` (n, n) allows; (heads, n, head_width)."""
    heads = vectors.queries.shape[0]
    keys, values = repeat_heads(vectors.keys, heads), repeat_heads(vectors.values, heads)
    return attention(vectors.queries, keys, values, mask).output


def under_mask(mask: Tensor) -> Attend:
    """Ordinary attention in every layer, under one mask."""
    return lambda _, vectors: softmax_attend(vectors, mask)


@torch.inference_mode()
def read_with(
    model: LanguageModel,
    ids: Sequence[int],
    attend: Attend,
    first_layer: int = 0,
    hidden: Tensor | None = None,
) -> Tensor:
    """Run `ids` through the model with `attend` in place of its attention.

    Args:
        model: of the LLaMA architecture.
        ids: token ids of one text.
        attend: the exchanged attention.
        first_layer: where to begin, when the layers below are known already.
        hidden: (n, width) what enters that layer.

    Returns:
        (layers + 1 - first_layer, n, width): the hidden states before that layer and after each one.

    Raises:
        GlassboxError: fewer than two tokens, or more than `MOST_TOKENS`.
    """
    if not 2 <= len(ids) <= MOST_TOKENS:
        raise GlassboxError("attention.variants.error.tokens", count=len(ids), most=MOST_TOKENS)
    decoder = model.module.model
    state = decoder.embed_tokens(torch.tensor(ids)) if hidden is None else hidden
    cosine, sine = decoder.rotary_emb(state[None], torch.arange(len(ids))[None])
    states = [state]
    for index in range(first_layer, model.layer_count):
        layer = decoder.layers[index]
        vectors = _vectors(model, layer, state, (cosine[0], sine[0]))
        state = state + layer.self_attn.o_proj(join_heads(attend(index, vectors)))
        state = state + layer.mlp(layer.post_attention_layernorm(state))
        states.append(state)
    return torch.stack(states)


def _vectors(model: LanguageModel, layer: Any, state: Tensor, rotation: tuple[Tensor, Tensor]) -> HeadVectors:
    """The layer's own queries, keys and values, the first two rotated to their positions."""
    normed, projections = layer.input_layernorm(state), layer.self_attn
    queries = rotate(split_heads(projections.q_proj(normed), model.query_heads), rotation)
    keys = rotate(split_heads(projections.k_proj(normed), model.key_value_heads), rotation)
    values = split_heads(projections.v_proj(normed), model.key_value_heads)
    return HeadVectors(queries, keys, values, normed, rotation)


@torch.inference_mode()
def scores_after(model: LanguageModel, hidden: Tensor) -> Tensor:
    """(n, vocabulary) logits from the hidden states (n, width) after the last layer."""
    return model.logits(model.module.model.norm(hidden))


def losses_after(model: LanguageModel, ids: Sequence[int], hidden: Tensor) -> Tensor:
    """(n - 1,) minus log-probability, in nats, of each token but the first, given those before it.

    Args:
        model: the model that read `ids`.
        ids: n token ids.
        hidden: (n, width) after the last layer.
    """
    logits = scores_after(model, hidden[:-1])
    return F.cross_entropy(logits, torch.tensor(ids[1:]), reduction="none")


def token_losses(model: LanguageModel, ids: Sequence[int], attend: Attend) -> Tensor:
    """The losses (n - 1,) of `losses_after`, with the attention exchanged.

    Raises:
        GlassboxError: see `read_with`.
    """
    return losses_after(model, ids, read_with(model, ids, attend)[-1])


def layer_vectors(model: LanguageModel, ids: Sequence[int]) -> list[HeadVectors]:
    """The vectors that every layer's attention works on when nothing is exchanged.

    Raises:
        GlassboxError: see `read_with`.
    """
    kept: list[HeadVectors] = []
    mask = causal_mask(len(ids))

    def attend(_: int, vectors: HeadVectors) -> Tensor:
        kept.append(vectors)
        return softmax_attend(vectors, mask)

    read_with(model, ids, attend)
    return kept


@cache
def prose() -> str:
    """Text that comes with Python: the language reference on objects, from its second paragraph on."""
    from pydoc_data.topics import topics

    return topics["objects"].split("\n\n", 1)[1].strip()


def prose_ids(model: LanguageModel, count: int) -> list[int]:
    """The first `count` tokens of `prose`."""
    return model.encode(prose())[:count]
