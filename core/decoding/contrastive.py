"""Contrastive search: a likely next token whose representation does not resemble what came before.

Of the k likeliest tokens V(k), take

    x_t = argmax over v in V(k) of  (1 - alpha) * p(v | x_<t)  -  alpha * max_j s(h_v, h_xj)

The first term is the model confidence, the second the degeneration penalty: s is the cosine
similarity, h_xj the hidden state of the j-th token so far, prompt included, and h_v that of v read
after them. A loop repeats its hidden states almost exactly, so its cosine comes near one. Here h is
the last layer's state after the model's final norm, which is what `LanguageModel.read` returns and
what transformers calls the last hidden state. alpha = 0 is greedy search.

All k candidates are read in one batch; the chosen one's state then gives the next distribution, so
a token costs one model step. Penalties, where set, act on the logits before p and V(k) are taken.

Source: Su et al. 2022, "A Contrastive Framework for Neural Text Generation", section 4.2, equation 5.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.decoding.processors import apply_all, processor_chain
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel

SPARE_POSITIONS = 32
"""The cache starts with this much room and grows: reading k candidates copies all of its room k times."""


@dataclass(frozen=True)
class ContrastiveCandidate:
    """One of the k likeliest tokens and the two terms of its score."""

    token: int
    confidence: float
    """p(v | x_<t), between 0 and 1."""
    degeneration_penalty: float
    """The largest cosine similarity with a token so far, between -1 and 1."""
    score: float


@dataclass(frozen=True)
class ContrastiveStep:
    """One generated token and the candidates it was chosen from, likeliest first."""

    token: int
    candidates: tuple[ContrastiveCandidate, ...]
    ends: bool = False
    """The token is an end token, and the search is over."""


def degeneration_penalty(candidates: Tensor, context: Tensor) -> Tensor:
    """How much each candidate resembles the token so far that it resembles most.

    Args:
        candidates: (k, width) hidden states h_v.
        context: (length, width) hidden states of the tokens so far.

    Returns:
        (k,) the largest cosine similarity of each.

    >>> degeneration_penalty(torch.tensor([[3.0, 4.0]]), torch.tensor([[2.0, 0.0], [0.0, 5.0]]))
    tensor([0.8000])
    """
    return (F.normalize(candidates, dim=-1) @ F.normalize(context, dim=-1).T).amax(-1)


def contrastive_scores(confidence: Tensor, penalty: Tensor, alpha: float) -> Tensor:
    """Equation 5: (k,) model confidences and (k,) degeneration penalties to (k,) scores.

    >>> contrastive_scores(torch.tensor([0.5, 0.25]), torch.tensor([1.0, 0.25]), alpha=0.5)
    tensor([-0.2500,  0.0000])
    """
    return (1 - alpha) * confidence - alpha * penalty


@torch.inference_mode()
def contrastive_search(
    model: LanguageModel,
    prompt_ids: Sequence[int],
    settings: DecodingSettings,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[ContrastiveStep]:
    """Generate token by token; deterministic.

    Args:
        model: reads the candidates; its end ids end the search where `settings.stop_at_end`.
        prompt_ids: at least one token.
        settings: `penalty_alpha`, `contrastive_k`, `max_new_tokens` and the penalties.
        stopped: asked before every step.

    Raises:
        GlassboxError: the prompt is longer than the model's context.
    """
    processors = processor_chain(settings)
    end_ids = set(model.end_ids) if settings.stop_at_end else set()
    prompt_length = len(prompt_ids)
    ids = torch.tensor([list(prompt_ids)])
    cache = model.new_cache(1, prompt_length + SPARE_POSITIONS)
    context = model.read(ids, cache)[0]

    for _ in range(min(settings.max_new_tokens, model.context_length - prompt_length)):
        if stopped():
            return
        logits = apply_all(processors, model.logits(context[-1:]), ids, prompt_length)
        confidence, tokens = logits.softmax(-1)[0].topk(min(settings.contrastive_k, logits.shape[-1]))
        read_ahead = cache.select(torch.zeros(len(tokens), dtype=torch.long))
        hidden = model.read(tokens[:, None], read_ahead)[:, 0]
        penalty = degeneration_penalty(hidden, context)
        scores = contrastive_scores(confidence, penalty, settings.penalty_alpha)

        best = scores.argmax()
        cache = read_ahead.select(best[None])
        context = torch.cat((context, hidden[best][None]))
        ids = torch.cat((ids, tokens[best][None, None]), 1)
        token = int(tokens[best])
        columns = (column.tolist() for column in (tokens, confidence, penalty, scores))
        candidates = tuple(ContrastiveCandidate(*row) for row in zip(*columns, strict=True))
        yield ContrastiveStep(token, candidates, token in end_ids)
        if token in end_ids:
            return
