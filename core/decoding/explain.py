"""One position under the magnifying glass: how each processor in turn changed the probabilities.

The scores after each stage go through a softmax of their own, so every stage is a distribution over
the whole vocabulary, of which the ten likeliest tokens and the chosen one are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.decoding.processors import processor_chain, processor_input
from core.decoding.settings import DecodingSettings
from core.decoding.trace import CANDIDATES, next_token
from core.engines.language_model import LanguageModel

MODEL_STAGE = "model"
"""Name of the first stage: the model's own distribution."""


@dataclass(frozen=True)
class Stage:
    """The probabilities of the shown tokens after one stage, in the order of `StepExplanation.tokens`.

    `name` is "model" or a processor's; `decoding.processor.<name>.label` is its wording. `kept` counts
    the tokens of the whole vocabulary that may still be chosen.
    """

    name: str
    probabilities: tuple[float, ...]
    kept: int


@dataclass(frozen=True)
class StepExplanation:
    """The model's distribution and what each processor made of it, stage by stage."""

    tokens: tuple[int, ...]
    """The model's likeliest first; behind them the chosen token, if it is not among them."""
    stages: tuple[Stage, ...]


@torch.inference_mode()
def explain_step(
    model: LanguageModel,
    ids_before: Sequence[int],
    prompt_length: int,
    settings: DecodingSettings,
    chosen: int | None = None,
) -> StepExplanation:
    """Follow the likeliest next tokens through the processors of `settings`.

    Args:
        model: read once over `ids_before`.
        ids_before: every token before the position: the prompt and what was generated until then.
        prompt_length: how many of them are the prompt.
        settings: the processors, in transformers' order.
        chosen: the token that was taken there, to be shown even where it is unlikely.

    Raises:
        GlassboxError: an unusable score, no token left to choose, or a text longer than the context.
    """
    ids = torch.tensor([list(ids_before)])
    logits = model.next_logits(ids, model.new_cache(1, ids.shape[1]))
    tokens = logits[0].topk(min(CANDIDATES, logits.shape[1])).indices.tolist()
    if chosen is not None and chosen not in tokens:
        tokens.append(chosen)
    next_token(
        logits, processor_chain(settings), ids, prompt_length, settings
    )  # refuses what cannot be shown
    stages = [_stage(MODEL_STAGE, logits, tokens)]
    scores = processor_input(logits, settings)
    for processor in processor_chain(settings):
        scores = processor.apply(scores, ids, prompt_length)
        stages.append(_stage(processor.name, scores, tokens))
    return StepExplanation(tuple(tokens), tuple(stages))


def _stage(name: str, scores: Tensor, tokens: list[int]) -> Stage:
    probabilities = scores[0].softmax(-1)[tokens]
    return Stage(name, tuple(probabilities.tolist()), int(scores.isfinite().sum()))
