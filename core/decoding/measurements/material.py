"""The texts that the measurements run on, and the two ways in which all of them read the model."""

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from core.decoding.perplexity import token_log_probabilities
from core.decoding.prompts import SAMPLES_FOLDER
from core.engines.language_model import LanguageModel


@cache
def material() -> dict[str, Any]:
    """The tables of `assets/samples/decoding/measurements.toml`."""
    return tomllib.loads((SAMPLES_FOLDER / "measurements.toml").read_text(encoding="utf-8"))


@torch.inference_mode()
def scores_along(model: LanguageModel, ids: Sequence[int]) -> Tensor:
    """(length, vocabulary) scores of the token after each position of one text."""
    return model.logits(model.read(torch.tensor([ids]), model.new_cache(1, len(ids))))[0]


def scores_after(model: LanguageModel, text: str) -> Tensor:
    """(1, vocabulary) scores of the token after `text`."""
    ids = model.encode(text)
    return model.next_logits(torch.tensor([ids]), model.new_cache(1, len(ids)))


def probability_of(model: LanguageModel, prompt: str, continuation: str) -> float:
    """The probability that the text goes on with exactly `continuation`, the product over its tokens."""
    scored = token_log_probabilities(model, [model.encode(prompt)], [model.encode(continuation)])
    return math.exp(sum(scored[0]))


def mean(numbers: Sequence[float]) -> float:
    """The arithmetic mean of at least one number."""
    return math.fsum(numbers) / len(numbers)
