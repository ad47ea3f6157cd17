"""The trace of a generation: for each token, what the model thought and what the processors made of it.

Recording costs one softmax and one search for the ten best a token (a second softmax where a
processor is at work), and the numbers of a whole batch leave the tensors together: well under a
millisecond beside the tens that the model itself needs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.decoding.processors import NamedProcessor, apply_all, processor_chain, processor_input
from core.decoding.result import Candidate, Step
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

CANDIDATES = 10
"""How many of the likeliest tokens a step keeps."""
SCORED_TOGETHER = 32
"""Positions of a given text whose scores over the vocabulary are computed in one product."""


@dataclass(frozen=True)
class NextToken:
    """The model's scores for the next token and the processed ones, each (batch, vocabulary)."""

    logits: Tensor
    processed: Tensor
    probabilities: Tensor
    processed_probabilities: Tensor


def next_token(
    logits: Tensor, chain: list[NamedProcessor], ids: Tensor, prompt_length: int, settings: DecodingSettings
) -> NextToken:
    """Run the processors over `logits` and make probabilities of both.

    Args:
        logits: (batch, vocabulary) scores from the model.
        chain: from `processor_chain(settings)`; empty costs nothing.
        ids: (batch, length) tokens so far, of which the first `prompt_length` were given.
        prompt_length: where the generated text begins.
        settings: says what the processors receive.

    Raises:
        GlassboxError: a score is NaN or infinite upwards, or the processors leave no token to choose.
    """
    probabilities = logits.softmax(-1)
    if not _sums_are_finite(probabilities):
        raise GlassboxError("decoding.error.scores")
    if not chain:
        return NextToken(logits, logits, probabilities, probabilities)
    processed = apply_all(chain, processor_input(logits, settings), ids, prompt_length)
    processed_probabilities = processed.softmax(-1)
    if not _sums_are_finite(processed_probabilities):
        names = ", ".join(processor.name for processor in chain)
        raise GlassboxError("decoding.error.nothing_left", names=names)
    return NextToken(logits, processed, probabilities, processed_probabilities)


def record(scores: NextToken, tokens: Tensor, candidates: int = CANDIDATES) -> list[Step]:
    """One `Step` for each row: `tokens` (batch,) are those that were chosen.

    Candidates are the model's own best, likeliest first; entropy is -sum p ln p in nats, and rank
    counts the tokens with a higher score. With `candidates` 0 a step has none.
    """
    chosen = tokens[:, None]
    before, after = scores.probabilities, scores.processed_probabilities
    entropy = -(before * before.log()).nansum(-1, keepdim=True)
    rank = (scores.logits > scores.logits.gather(1, chosen)).sum(-1) + 1
    best = scores.logits.topk(min(candidates, before.shape[-1])).indices
    shown = torch.cat((chosen, best), 1)
    rows = zip(
        shown.tolist(),
        before.gather(1, shown).tolist(),
        after.gather(1, shown).tolist(),
        entropy[:, 0].tolist(),
        rank.tolist(),
        strict=True,
    )
    return [
        Step(
            token=ids[0],
            probability=probability[0],
            rank=rank_of_token,
            entropy=abs(nats),
            processed_probability=processed[0],
            candidates=tuple(map(Candidate, ids[1:], probability[1:], processed[1:])),
        )
        for ids, probability, processed, nats, rank_of_token in rows
    ]


@torch.inference_mode()
def trace_of(
    model: LanguageModel,
    prompt_ids: Sequence[int],
    token_ids: Sequence[int],
    settings: DecodingSettings,
    prompt_length: int | None = None,
) -> tuple[Step, ...]:
    """The trace of tokens that are already known, from one reading of the whole text.

    Args:
        model: judges the tokens.
        prompt_ids: what stood before them, at least one token.
        token_ids: the tokens to trace, one step each.
        settings: the processors to record, those of its strategy.
        prompt_length: where generated text begins, if within `prompt_ids`; its end by default.

    Raises:
        GlassboxError: an unusable score, or a text longer than the model's context.
    """
    if not token_ids:
        return ()
    chain = processor_chain(settings)
    start = len(prompt_ids) if prompt_length is None else prompt_length
    ids = torch.tensor([[*prompt_ids, *token_ids]])
    hidden = model.read(ids[:, :-1], model.new_cache(1, ids.shape[1]))[0, len(prompt_ids) - 1 :]
    steps: list[Step] = []
    for block in hidden.split(SCORED_TOGETHER):
        for logits in model.logits(block).split(1):
            position = len(prompt_ids) + len(steps)
            scores = next_token(logits, chain, ids[:, :position], start, settings)
            steps += record(scores, ids[0, position : position + 1])
    return tuple(steps)


def _sums_are_finite(probabilities: Tensor) -> bool:
    return math.isfinite(probabilities.sum().item())
