"""Transformer-XL's recurrence: segments that keep the keys and values of the segment before them.

A long text is cut into segments. Read alone, each begins without any context (context
fragmentation). With recurrence a segment's tokens also look at the cached states of the segment
before, layer by layer; these had looked one segment further back, so that through L layers the
context grows to L segments while each step looks at two. It needs relative positions: with absolute
ones, the cached states would carry the positions of the new segment a second time. RoPE is relative,
so the real model can be read this way, though it was not trained so: its heads rest on the first
token (the attention sink, see `windows`), which a memory without it takes away.

Written here as a mask over the whole text, which gives the same numbers as reading segment after
segment with a memory (no gradient is taken, so there is none to stop).

Source: Dai et al. 2019, "Transformer-XL", sections 3.1, 3.2 and figure 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.exchange import token_losses, under_mask
from core.attention.masks import causal_mask
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

SINKS = 4
"""First tokens that `anchored` keeps, as many as StreamingLLM does (Xiao et al. 2023, section 3.2)."""


def segment_mask(length: int, segment: int, memory: int) -> Tensor:
    """(length, length): each token sees its own segment up to itself, and `memory` tokens before it.

    Raises:
        GlassboxError: a segment without tokens, or a negative memory.

    >>> segment_mask(4, segment=2, memory=1).int().tolist()
    [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 1]]
    """
    if segment < 1 or memory < 0:
        raise GlassboxError("attention.variants.error.segment", segment=segment, memory=memory)
    positions = torch.arange(length)
    begins = positions // segment * segment
    return causal_mask(length) & (positions[None] >= begins[:, None] - memory)


@dataclass(frozen=True)
class RecurrenceLosses:
    """Loss in nats by the place, within a segment, of the token that predicts; the first segment left out.

    Attributes:
        segment: tokens in a segment.
        alone: (segment,) each segment read alone.
        memory: (segment,) with the segment before it kept.
        anchored: (segment,) the same, and the first `SINKS` tokens of the text always visible.
        full: (segment,) with the whole text before it.
    """

    segment: int
    alone: Tensor
    memory: Tensor
    anchored: Tensor
    full: Tensor

    def recovered(self, way: Tensor) -> float:
        """Share of the gap between alone and the whole text that `memory` or `anchored` closes."""
        alone, found, full = (float(each.mean()) for each in (self.alone, way, self.full))
        return (alone - found) / (alone - full)


def recurrence_losses(model: LanguageModel, ids: Sequence[int], segment: int) -> RecurrenceLosses:
    """Read the text in segments, three ways.

    Args:
        model: of the LLaMA architecture.
        ids: the text; what does not fill a last segment is left out.
        segment: tokens in a segment.

    Raises:
        GlassboxError: fewer than two whole segments.
    """
    count = (len(ids) - 1) // segment if segment > 0 else 0
    if count < 2:
        raise GlassboxError("attention.variants.error.segments", tokens=len(ids), segment=segment)
    used = ids[: count * segment + 1]  # one more: the last token of the last segment predicts it
    causal, recurrent = causal_mask(len(used)), segment_mask(len(used), segment, segment)
    first_tokens = torch.arange(len(used)) < SINKS
    found = [
        token_losses(model, used, under_mask(mask))[segment:].view(count - 1, segment).mean(0)
        for mask in (
            segment_mask(len(used), segment, 0),
            recurrent,
            causal & (recurrent | first_tokens),
            causal,
        )
    ]
    return RecurrenceLosses(segment, *found)
