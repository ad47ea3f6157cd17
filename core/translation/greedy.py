"""Greedy search: at each place the likeliest token, many sentences at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.translation.batches import padded
from core.translation.model import TranslationModel
from core.translation.vocabulary import BEGIN, END, PAD


@dataclass(frozen=True)
class Written:
    """A translation as the model wrote it."""

    token_ids: tuple[int, ...]
    """Without begin and end marks."""
    log_probabilities: tuple[float, ...]
    """Natural logarithms, one a token; one more for the end mark where the model ended the sentence."""
    finished: bool
    """It ends with an end mark, rather than at the limit."""
    alignment: Tensor | None = None
    """(layers, heads, tokens and end mark, source tokens and end mark) attention over the source."""

    @property
    def total(self) -> float:
        """The log-probability of the whole translation."""
        return sum(self.log_probabilities)

    @property
    def probabilities(self) -> tuple[float, ...]:
        """One a token, and one of the end mark where the model wrote it."""
        return tuple(map(math.exp, self.log_probabilities))


def longest_translation(source_tokens: int) -> int:
    """Tokens that a translation may have: twice the source's and some more.

    >>> longest_translation(10)
    40
    """
    return 2 * source_tokens + 20


def token_log_probabilities(logits: Tensor) -> Tensor:
    """(..., vocabulary) scores to log-probabilities; filling and begin mark are never written.

    The others keep the probabilities that the model gives them: a trained model leaves those two nothing.
    """
    logarithms = torch.log_softmax(logits.float(), dim=-1)
    logarithms[..., [PAD, BEGIN]] = -torch.inf
    return logarithms


@torch.inference_mode()
def greedy_search(
    model: TranslationModel[Any], sources: Sequence[Sequence[int]], with_alignment: bool = False
) -> list[Written]:
    """Translate sentences side by side; finished ones wait, ignored, for the others.

    Args:
        sources: token ids of each sentence, without marks.
        with_alignment: keep the attention over the source (models that have one).
    """
    device = model.embedding.weight.device
    state = model.start(padded([[*ids, END] for ids in sources]).to(device))
    newest = torch.full((len(sources),), BEGIN, device=device)
    done = torch.zeros(len(sources), dtype=torch.bool, device=device)
    tokens: list[Tensor] = []
    chances: list[Tensor] = []
    alignments: list[Tensor] = []
    for _ in range(longest_translation(max(map(len, sources)))):
        step = model.step(newest, state, with_alignment)
        best = token_log_probabilities(step.logits).max(dim=-1)
        newest = best.indices.masked_fill(done, PAD)
        tokens.append(newest)
        chances.append(best.values)
        if step.alignment is not None:
            alignments.append(step.alignment)
        done |= newest == END
        if bool(done.all()):
            break
    written = torch.stack(tokens, dim=1).cpu()
    logarithms = torch.stack(chances, dim=1).cpu()
    looked = torch.stack(alignments, dim=3).cpu() if alignments else None
    return [_row(place, len(ids), written, logarithms, looked) for place, ids in enumerate(sources)]


def _row(
    place: int, source_length: int, tokens: Tensor, logarithms: Tensor, looked: Tensor | None
) -> Written:
    """The sentence at `place` of the batch, cut at its end mark or at its own limit."""
    longest = longest_translation(source_length)
    ends = (tokens[place, :longest] == END).nonzero()
    finished = bool(len(ends))
    length = int(ends[0]) if finished else min(longest, tokens.shape[1])
    kept = length + finished
    return Written(
        tuple(tokens[place, :length].tolist()),
        tuple(logarithms[place, :kept].tolist()),
        finished,
        None if looked is None else looked[:, place, :, :kept, : source_length + 1],
    )
