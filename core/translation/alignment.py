"""Reading attention over the source as an alignment: which German tokens each English one looked at.

Each head of each layer has a map of its own, (tokens, source tokens), whose rows sum to 1. They may be
averaged, for a map is a share of attention, not of meaning: heads differ in what they are for, and some
rest on the end mark or the full stop where they have nothing to fetch.
"""

from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from core.translation.follow import Opened
from core.translation.vocabulary import BLANK, END, SPECIAL_TOKENS

Shares: TypeAlias = Tensor
"""Attention over the source, (layers, heads, tokens, source tokens) or one map (tokens, source tokens)."""


@dataclass(frozen=True)
class Looked:
    """Where one token looked."""

    token: str
    source: str
    """The source token that it looked at most."""
    share: float
    """Of its attention that went there."""
    resting: float
    """Share that went to the end mark and to punctuation."""
    evenness: float
    """Entropy of its attention over that of an even spread: 0 is one source token, 1 is all alike."""


def weights_of(alignment: Tensor, layer: int | None = None, head: int | None = None) -> Tensor:
    """(tokens, source tokens) of one head, or averaged over a layer's heads, or over all.

    Args:
        alignment: (layers, heads, tokens, source tokens).
        layer, head: from 0; None averages over all of them.
    """
    chosen = alignment if layer is None else alignment[layer : layer + 1]
    chosen = chosen if head is None else chosen[:, head : head + 1]
    return chosen.mean(dim=(0, 1))


def looked_at(opened: Opened, weights: Tensor) -> list[Looked]:
    """What each token looked at, by `weights`, (tokens, source tokens)."""
    resting = torch.tensor([is_resting_place(token) for token in opened.source_tokens])
    logarithms = weights.clamp(min=1e-12).log()
    even = torch.tensor(float(max(2, len(opened.source_tokens)))).log()
    evenness = -(weights * logarithms).sum(dim=1) / even
    return [
        Looked(
            token.token,
            opened.source_tokens[int(row.argmax())],
            float(row.max()),
            float(row[resting].sum()),
            float(evenness[place]),
        )
        for place, (token, row) in enumerate(zip(opened.tokens, weights, strict=True))
    ]


def is_resting_place(token: str) -> bool:
    """Whether a source token is the end mark or punctuation.

    >>> [is_resting_place(token) for token in ("</s>", "\\u2581.", "\\u2581Hund")]
    [True, True, False]
    """
    word = token.removeprefix(BLANK)
    return token == SPECIAL_TOKENS[END] or (word != "" and not any(letter.isalnum() for letter in word))
