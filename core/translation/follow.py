"""A translation opened: what the model held likely at each token, and where it looked.

The model is given the tokens one by one, as when it wrote them, so any translation can be opened: that
of greedy search, any that a beam search found, or one that a person wrote.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.translation.batches import padded
from core.translation.greedy import token_log_probabilities
from core.translation.model_folder import Translator
from core.translation.vocabulary import BEGIN, END

ALTERNATIVES = 5


@dataclass(frozen=True)
class Alternative:
    """A token that could have been written, as the vocabulary spells it."""

    token: str
    probability: float


@dataclass(frozen=True)
class OpenedToken:
    """One token of a translation."""

    token: str
    """As the vocabulary spells it; `</s>` is the end mark."""
    probability: float
    rank: int
    """1 where the model held no other token likelier."""
    alternatives: tuple[Alternative, ...]
    """The likeliest tokens at this place, which may hold this one."""


@dataclass(frozen=True)
class Opened:
    """A translation with what the model held at each of its tokens."""

    text: str
    tokens: tuple[OpenedToken, ...]
    log_probability: float
    source_tokens: tuple[str, ...]
    """The source as the model read it, with its end mark."""
    alignment: Tensor | None
    """(layers, heads, tokens, source tokens) attention over the source; None for a model without one."""


@torch.inference_mode()
def open_translation(translator: Translator, source: Sequence[int], written: Sequence[int]) -> Opened:
    """Let the model write `written` (end mark included, if it has one) and keep what it held likely.

    Args:
        source: token ids of the sentence, without marks.
    """
    model, vocabulary = translator.model, translator.vocabulary
    state = model.start(padded([[*source, END]]))
    tokens, alignments, total = [], [], 0.0
    for read, wanted in zip([BEGIN, *written[:-1]], written, strict=True):
        step = model.step(torch.tensor([read]), state, with_alignment=True)
        chances = token_log_probabilities(step.logits)[0]
        best = chances.topk(min(ALTERNATIVES, len(chances)))
        alternatives = tuple(
            Alternative(vocabulary.token(token), math.exp(chance))
            for chance, token in zip(best.values.tolist(), best.indices.tolist(), strict=True)
        )
        chance = float(chances[wanted])
        total += chance
        rank = int((chances > chance).sum()) + 1
        tokens.append(OpenedToken(vocabulary.token(wanted), math.exp(chance), rank, alternatives))
        if step.alignment is not None:
            alignments.append(step.alignment[:, 0])
    return Opened(
        vocabulary.decode(written),
        tuple(tokens),
        total,
        tuple(vocabulary.token(token) for token in (*source, END)),
        torch.stack(alignments, dim=2) if alignments else None,
    )
