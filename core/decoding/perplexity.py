"""Perplexity: how surprised the model is by a text, as a number of equally likely choices a token.

    perplexity = exp(-(1/N) sum_i ln p(token_i | prompt, token_1 .. token_(i-1)))

Here the text is given ("teacher forcing") and judged by the model's own distribution, without any
processor: a text that a loop made is hardly surprising, its perplexity is near 1.
Source: Jurafsky and Martin, "Speech and Language Processing", section 3.3.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

SCORED_TOGETHER = 512
"""Positions whose scores over the vocabulary are in memory at the same time: about 100 MB."""


def perplexity(model: LanguageModel, prompt_ids: Sequence[int], token_ids: Sequence[int]) -> float:
    """The perplexity of `token_ids` after `prompt_ids`, at least 1.

    Raises:
        GlassboxError: no prompt or no tokens, or together longer than the model's context.
    """
    log_probabilities = token_log_probabilities(model, [prompt_ids], [token_ids])[0]
    return math.exp(-sum(log_probabilities) / len(log_probabilities))


@torch.inference_mode()
def token_log_probabilities(
    model: LanguageModel, prompts: Sequence[Sequence[int]], continuations: Sequence[Sequence[int]]
) -> list[list[float]]:
    """ln p of each token of each continuation, all sequences read in one batch.

    Shorter sequences are filled up behind their end, where causal attention cannot see it.

    Raises:
        GlassboxError: an empty prompt or continuation, or a sequence longer than the context.
    """
    if not prompts or not all(prompts) or not all(continuations):
        raise GlassboxError("decoding.measures.error.empty")
    sequences = [[*prompt, *tokens] for prompt, tokens in zip(prompts, continuations, strict=True)]
    longest = max(len(sequence) for sequence in sequences)
    ids = torch.zeros(len(sequences), longest, dtype=torch.long)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.tensor(sequence)
    hidden = model.read(ids[:, :-1], model.new_cache(len(sequences), longest))
    return [
        _log_probabilities(model, hidden[row, len(prompt) - 1 : len(sequence) - 1], sequence[len(prompt) :])
        for row, (prompt, sequence) in enumerate(zip(prompts, sequences, strict=True))
    ]


def _log_probabilities(model: LanguageModel, hidden: Tensor, tokens: list[int]) -> list[float]:
    """ln p of `tokens` given the hidden states (tokens, width) that precede each of them."""
    found: list[float] = []
    for start in range(0, len(tokens), SCORED_TOGETHER):
        part = torch.tensor(tokens[start : start + SCORED_TOGETHER])
        scores = model.logits(hidden[start : start + len(part)]).log_softmax(-1)
        found += scores.gather(-1, part[:, None])[:, 0].tolist()
    return found
