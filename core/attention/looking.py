"""Who may look at whom, and what changes: masks on the real decoder, and one sentence over another.

The decoder was trained with the causal mask only. Under another mask the same weights compute
something else: how much, is what is shown. Only a model trained with a prefix or without a mask (T5,
UniLM, BERT) can use what it then sees.

Cross-attention takes its queries from one text and its keys and values from another (no causal mask:
all of the other text is there). MiniLM was never trained to do that; its heads are used as they are.

Sources: Vaswani et al. 2017, sections 3.2.3 and 3.5; Dong et al. 2019, "UniLM", figure 1; Raffel et
al. 2020, "T5", section 3.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.exchange import HeadVectors, read_with, scores_after, softmax_attend
from core.attention.masks import causal_mask, prefix_mask, window_mask
from core.attention.open_model import OpenModel
from core.attention.scaled_dot_product import attention
from core.attention.shared_heads import repeat_heads
from core.engines.language_model import LanguageModel

MASKS = ("causal", "prefix", "none", "window")


def mask_named(name: str, length: int, size: int) -> Tensor:
    """(length, length) booleans of one of `MASKS`; `size` is the prefix or the window.

    Raises:
        GlassboxError: the prefix or the window does not fit.
    """
    if name == "prefix":
        return prefix_mask(length, size)
    if name == "window":
        return window_mask(length, size)
    return causal_mask(length) if name == "causal" else torch.ones(length, length, dtype=torch.bool)


@dataclass(frozen=True)
class MaskedReading:
    """A text read under one mask.

    Attributes:
        mask: (n, n) booleans.
        weights: (layers, heads, n, n).
        hidden: (n, width) after the last layer.
        next_ids: the most likely next tokens after the text, best first.
        next_probabilities: theirs.
    """

    mask: Tensor
    weights: Tensor
    hidden: Tensor
    next_ids: tuple[int, ...]
    next_probabilities: tuple[float, ...]


def read_under(model: LanguageModel, ids: Sequence[int], mask: Tensor, likeliest: int = 5) -> MaskedReading:
    """Read `ids` with `mask` in every layer, and keep every head's weights.

    Raises:
        GlassboxError: see `read_with`.
    """
    kept: list[Tensor] = []

    def attend(_: int, vectors: HeadVectors) -> Tensor:
        heads = vectors.queries.shape[0]
        keys, values = repeat_heads(vectors.keys, heads), repeat_heads(vectors.values, heads)
        steps = attention(vectors.queries, keys, values, mask)
        kept.append(steps.weights)
        return steps.output

    hidden = read_with(model, ids, attend)[-1]
    best = torch.softmax(scores_after(model, hidden[-1:])[0], 0).topk(likeliest)
    return MaskedReading(
        mask, torch.stack(kept), hidden, tuple(best.indices.tolist()), tuple(best.values.tolist())
    )


def similarity(first: Tensor, second: Tensor) -> Tensor:
    """(n,) cosine of each row of (n, width) with the same row of the other: 1 means nothing changed."""
    return torch.nn.functional.cosine_similarity(first, second, dim=-1)


@dataclass(frozen=True)
class PaddingEffect:
    """The next token after a text that was filled up on its left, with and without a mask for the filling.

    Attributes:
        filling: filling tokens.
        masked: largest difference of a next-token probability from the text read alone, filling hidden.
        unmasked: the same with the filling visible.
        next_ids: the likeliest next token (alone, masked, unmasked).
    """

    filling: int
    masked: float
    unmasked: float
    next_ids: tuple[int, int, int]


def padding_effect(model: LanguageModel, ids: Sequence[int], filling: int, token: int) -> PaddingEffect:
    """Fill `ids` up on the left with `filling` times `token`, as a batch of unequal texts needs.

    Raises:
        GlassboxError: see `read_with`.
    """
    length = len(ids) + filling
    visible = torch.arange(length) >= filling
    padded = [token] * filling + list(ids)
    alone, masked, unmasked = (
        _next_probabilities(model, text, mask)
        for text, mask in (
            (list(ids), causal_mask(len(ids))),
            (padded, causal_mask(length) & visible),
            (padded, causal_mask(length)),
        )
    )
    return PaddingEffect(
        filling,
        float((masked - alone).abs().max()),
        float((unmasked - alone).abs().max()),
        (int(alone.argmax()), int(masked.argmax()), int(unmasked.argmax())),
    )


def _next_probabilities(model: LanguageModel, ids: list[int], mask: Tensor) -> Tensor:
    hidden = read_with(model, ids, lambda _, vectors: softmax_attend(vectors, mask))[-1]
    return torch.softmax(scores_after(model, hidden[-1:])[0], 0)


@dataclass(frozen=True)
class CrossLook:
    """Queries of one text over the keys of another, and over its own.

    Attributes:
        tokens: of the text that looks.
        others: of the text that is looked at.
        cross: (layers, heads, n, m) weights over the other text.
        own: (layers, heads, n, n) weights over the text itself.
    """

    tokens: tuple[str, ...]
    others: tuple[str, ...]
    cross: Tensor
    own: Tensor


def cross_look(model: OpenModel, text: str, other: str) -> CrossLook:
    """Let the heads of `model` look from `text` at `other`, in every layer.

    Raises:
        GlassboxError: a text is empty or longer than the model can read.
    """
    first, second = model.read(text), model.read(other)
    state, state_other = model.embed(first.ids), model.embed(second.ids)
    cross, own = [], []
    for layer in range(model.layer_count):
        looking, looked_at = model.layer(layer, state), model.layer(layer, state_other)
        cross.append(attention(looking.queries, looked_at.keys, looked_at.values).weights)
        own.append(looking.weights)
        state, state_other = looking.hidden, looked_at.hidden
    return CrossLook(first.tokens, second.tokens, torch.stack(cross), torch.stack(own))
