"""What a longer text leaves untouched: a causal model keeps its past, a bidirectional one recomputes it.

In a causal model no token looks ahead, so that a token's vectors stay the same whatever follows, and a
key/value cache may keep them. In a bidirectional model each new token changes every vector of every
block. This is measured, not assumed: the text grows token by token, and every block's output is compared
with that of the shorter text.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.3 (the decoder's mask).
"""

from dataclasses import dataclass

import torch

from core.attention.logit_lens import residual_streams
from core.attention.open_model import OpenModel
from core.errors import GlassboxError

SAME = 1e-3
"""A vector counts as unchanged when it differs by less than this share of its length (rounding)."""


@dataclass(frozen=True)
class Growth:
    """A text that grew by some tokens."""

    tokens: tuple[str, ...]
    """Of the longest text, without the encoder's [SEP], which moves."""
    grown: int
    """Tokens that were added one by one."""
    changes: tuple[tuple[float, ...], ...]
    """(layers, tokens): how far the last addition moved each vector, as a share of its length; the new
    token counts as 1."""
    computed: int
    """Vectors that had to be computed during the growth: the new ones and those that changed."""
    new: int
    """Of these, the vectors of the added tokens, which no model could have known."""


@torch.inference_mode()
def grow(model: OpenModel, text: str, added: int) -> Growth:
    """Let the last `added` tokens of `text` arrive one by one.

    Raises:
        GlassboxError: the text has too few tokens.
    """
    ids, tokens = model.read(text).ids, model.read(text).tokens
    end = 0 if model.causal else 1
    length = len(ids) - end
    if added < 1 or length - added < 2:
        raise GlassboxError("attention.matter.error.short")
    computed = 0
    before = None
    for count in range(length - added, length + 1):
        shorter = torch.cat([ids[:count], ids[len(ids) - end :]])
        states = residual_streams(model, shorter)[1:, :count]
        if before is not None:
            moved = (states[:, :-1] - before).norm(dim=-1) / before.norm(dim=-1)
            computed += int((moved > SAME).sum()) + model.layer_count
        before = states
    changes = torch.cat([moved, torch.ones(model.layer_count, 1)], -1)
    return Growth(
        tokens[:length],
        added,
        tuple(tuple(row) for row in changes.tolist()),
        computed,
        added * model.layer_count,
    )
