"""The same tokens as transformers' `generate`: greedy, penalties, n-grams, and sampling from one seed.

Sampling compares whole texts too: `generate` draws from torch's global generator, ours from a
generator of its own, and both are seeded alike, so equal distributions give equal draws.
"""

import itertools
from typing import Any

import pytest
import torch
from transformers import GenerationConfig

from core.decoding.generate import stream
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel

GREEDY: list[dict[str, Any]] = [
    {},
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.7},
    {"no_repeat_ngram_size": 2},
    {"no_repeat_ngram_size": 3},
    {"repetition_penalty": 1.15, "no_repeat_ngram_size": 4},
    {"temperature": 3.0, "top_k": 3, "top_p": 0.1},  # belong to sampling: must change nothing
]
SAMPLING: list[dict[str, Any]] = [
    {},
    {"temperature": 0.6},
    {"temperature": 1.8},
    {"top_k": 7},
    {"top_p": 0.8},
    {"min_p": 0.1},
    {"typical_p": 0.7},
    {"temperature": 1.4, "top_k": 40, "top_p": 0.9, "min_p": 0.02, "typical_p": 0.95},
    {"repetition_penalty": 1.2, "no_repeat_ngram_size": 2, "temperature": 1.3, "top_p": 0.95},
]
NEW_TOKENS = 12
TINY_PROMPTS = 16


def tokens_of_transformers(module: Any, prompt: list[int], settings: DecodingSettings) -> list[int]:
    config = GenerationConfig(
        do_sample=settings.strategy == "sample",
        max_new_tokens=settings.max_new_tokens,
        temperature=float(settings.temperature),
        top_k=settings.top_k,
        top_p=settings.top_p,
        min_p=settings.min_p,
        typical_p=settings.typical_p,
        repetition_penalty=float(settings.repetition_penalty),
        no_repeat_ngram_size=settings.no_repeat_ngram_size,
        eos_token_id=module.config.eos_token_id,
        pad_token_id=module.config.eos_token_id,
    )
    ids = torch.tensor([prompt])
    with torch.random.fork_rng():
        torch.manual_seed(settings.seed)
        found = module.generate(ids, attention_mask=torch.ones_like(ids), generation_config=config)
    return found[0, len(prompt) :].tolist()


def assert_same_tokens(model: LanguageModel, prompt: list[int], settings: DecodingSettings) -> list[int]:
    ours = [step.token for step in stream(model, prompt, settings)]
    assert ours == tokens_of_transformers(model.module, prompt, settings), settings
    return ours


def tiny_prompts() -> list[list[int]]:
    generator = torch.Generator().manual_seed(3)
    lengths = [1, 2, 3, 5, 8, 13, 21, 34] * (TINY_PROMPTS // 8)
    return [torch.randint(3, 128, (length,), generator=generator).tolist() for length in lengths]


@pytest.mark.parametrize("knobs", GREEDY, ids=str)
def test_greedy_tokens_equal_transformers(tiny_language_model: LanguageModel, knobs: dict[str, Any]) -> None:
    settings = DecodingSettings("greedy", max_new_tokens=NEW_TOKENS, **knobs)
    for prompt in tiny_prompts():
        assert_same_tokens(tiny_language_model, prompt, settings)


@pytest.mark.parametrize("knobs", SAMPLING, ids=str)
def test_sampled_tokens_equal_transformers(tiny_language_model: LanguageModel, knobs: dict[str, Any]) -> None:
    texts = set()
    for seed, prompt in enumerate(tiny_prompts()):
        settings = DecodingSettings("sample", max_new_tokens=NEW_TOKENS, seed=seed, **knobs)
        texts.add(tuple(assert_same_tokens(tiny_language_model, prompt, settings)))
    assert len(texts) > TINY_PROMPTS // 2


def test_there_are_at_least_two_hundred_pairs() -> None:
    assert (len(GREEDY) + len(SAMPLING)) * len(tiny_prompts()) >= 200


def test_a_repeating_prompt_meets_the_penalties(tiny_language_model: LanguageModel) -> None:
    """In a text of three tokens every n-gram is blocked and every token penalised early."""
    prompt = [5, 6, 7] * 6
    plain = assert_same_tokens(tiny_language_model, prompt, DecodingSettings(max_new_tokens=40))
    changed = [
        assert_same_tokens(tiny_language_model, prompt, DecodingSettings(max_new_tokens=40, **knobs))
        for knobs in GREEDY[1:6]
    ]
    assert any(tokens != plain for tokens in changed)


REAL_PROMPTS = ("The history of computing begins with", "北京是中国的")
REAL_SETTINGS = [
    DecodingSettings("greedy", max_new_tokens=NEW_TOKENS),
    DecodingSettings("greedy", max_new_tokens=NEW_TOKENS, repetition_penalty=1.3),
    DecodingSettings("greedy", max_new_tokens=NEW_TOKENS, no_repeat_ngram_size=2),
    DecodingSettings("sample", max_new_tokens=NEW_TOKENS, temperature=1.2, top_k=50, typical_p=0.9, seed=1),
    DecodingSettings("sample", max_new_tokens=NEW_TOKENS, top_p=0.9, min_p=0.02, seed=2),
]


@pytest.mark.real_model
@pytest.mark.parametrize(("prompt", "settings"), itertools.product(REAL_PROMPTS, REAL_SETTINGS))
def test_smollm2_tokens_equal_transformers(
    smollm2: LanguageModel, prompt: str, settings: DecodingSettings
) -> None:
    assert_same_tokens(smollm2, smollm2.encode(prompt), settings)
