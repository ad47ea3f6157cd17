"""The decoding loop: its trace, seeds, batches, stopping, every strategy, and unusable scores."""

import copy
import math
import re

import pytest
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models

from core.decoding.generate import generate, generate_batch, generation_of, stream
from core.decoding.settings import STRATEGIES, DecodingSettings
from core.decoding.token_texts import token_texts
from core.decoding.trace import trace_of
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError

UNFINISHED = re.compile(r"\\x[0-9a-f]{2}")
"""How a byte of an unfinished character is shown."""
PROMPT = [72, 101, 108, 108, 111]
SAMPLING = DecodingSettings(
    "sample",
    max_new_tokens=20,
    temperature=1.3,
    top_p=0.95,
    repetition_penalty=1.2,
    presence_penalty=0.3,
    seed=3,
)
LONG = DecodingSettings("sample", max_new_tokens=60, temperature=2.0)


def tokens_of(steps) -> list[int]:
    return [step.token for step in steps]


@pytest.mark.parametrize("settings", [DecodingSettings(max_new_tokens=20), SAMPLING])
def test_trace_is_the_models_own_distribution(
    tiny_language_model: LanguageModel, settings: DecodingSettings
) -> None:
    steps = list(stream(tiny_language_model, PROMPT, settings))
    ids = torch.tensor([PROMPT + tokens_of(steps)])
    probabilities = tiny_language_model.module(ids).logits[0, len(PROMPT) - 1 : -1].double().softmax(-1)
    for step, expected in zip(steps, probabilities, strict=True):
        assert step.probability == pytest.approx(expected[step.token].item(), rel=1e-4)
        assert step.rank == 1 + int((expected > expected[step.token]).sum())
        assert step.entropy == pytest.approx(-(expected * expected.log()).sum().item(), rel=1e-4)
        best = expected.topk(10)
        assert [candidate.token for candidate in step.candidates] == best.indices.tolist()
        assert [c.probability for c in step.candidates] == pytest.approx(best.values.tolist(), rel=1e-4)


def test_without_processors_both_probabilities_are_one(tiny_language_model: LanguageModel) -> None:
    for step in stream(tiny_language_model, PROMPT, DecodingSettings("sample", max_new_tokens=10)):
        assert step.processed_probability == step.probability
        assert all(c.processed_probability == c.probability for c in step.candidates)


def test_greedy_takes_the_best_and_says_so(tiny_language_model: LanguageModel) -> None:
    for step in stream(tiny_language_model, PROMPT, DecodingSettings(max_new_tokens=10)):
        assert step.rank == 1
        assert step.candidates[0].token == step.token


def test_sampled_tokens_are_possible_after_processing(tiny_language_model: LanguageModel) -> None:
    settings = DecodingSettings("sample", max_new_tokens=30, top_k=4, temperature=1.5)
    for step in stream(tiny_language_model, PROMPT, settings):
        assert 0 < step.processed_probability <= 1
        assert sum(c.processed_probability > 0 for c in step.candidates) == 4
        assert math.fsum(c.processed_probability for c in step.candidates) == pytest.approx(1, abs=1e-5)
        assert step.rank <= 4


def test_trace_of_known_tokens_equals_the_streams(tiny_language_model: LanguageModel) -> None:
    steps = list(stream(tiny_language_model, PROMPT, SAMPLING))
    again = trace_of(tiny_language_model, PROMPT, tokens_of(steps), SAMPLING)
    for old, new in zip(steps, again, strict=True):
        assert (new.token, new.rank) == (old.token, old.rank)
        assert [c.token for c in new.candidates] == [c.token for c in old.candidates]
        for name in ("probability", "entropy", "processed_probability"):
            assert getattr(new, name) == pytest.approx(getattr(old, name), rel=1e-4)
    assert trace_of(tiny_language_model, PROMPT, [], SAMPLING) == ()


def test_a_fork_counts_penalties_from_the_original_prompt(tiny_language_model: LanguageModel) -> None:
    settings = DecodingSettings(max_new_tokens=12, frequency_penalty=1.5)
    whole = tokens_of(stream(tiny_language_model, PROMPT, settings))
    rest = DecodingSettings(max_new_tokens=7, frequency_penalty=1.5)
    fork = stream(tiny_language_model, PROMPT + whole[:5], rest, prompt_length=len(PROMPT))
    assert tokens_of(fork) == whole[5:]


def test_a_seed_gives_its_text_again_and_another_seed_another(tiny_language_model: LanguageModel) -> None:
    first = tokens_of(stream(tiny_language_model, PROMPT, SAMPLING))
    torch.manual_seed(99)  # the global generator has no say
    assert tokens_of(stream(tiny_language_model, PROMPT, SAMPLING)) == first
    other = DecodingSettings(**{**vars(SAMPLING), "seed": 4})
    assert tokens_of(stream(tiny_language_model, PROMPT, other)) != first


def test_the_global_generator_is_left_alone(tiny_language_model: LanguageModel) -> None:
    before = torch.get_rng_state()
    list(stream(tiny_language_model, PROMPT, SAMPLING))
    assert torch.equal(torch.get_rng_state(), before)


def test_batch_equals_each_seed_alone_though_rows_end_early(tiny_language_model: LanguageModel) -> None:
    seeds = list(range(12))
    batch = generate_batch(tiny_language_model, [PROMPT], seeds, LONG, trace=True)
    for seed, generation in zip(seeds, batch, strict=True):
        settings = DecodingSettings(**{**vars(LONG), "seed": seed})
        alone = list(stream(tiny_language_model, PROMPT, settings))
        assert list(generation.token_ids) == tokens_of(alone)
        assert generation.settings == settings
        for old, new in zip(alone, generation.steps, strict=True):
            assert new.entropy == pytest.approx(old.entropy, rel=1e-4)
            assert [c.token for c in new.candidates] == [c.token for c in old.candidates]
    assert {generation.finished for generation in batch} == {True, False}
    assert len({generation.token_ids for generation in batch}) == len(seeds)


def test_batch_of_prompts_equals_each_alone(tiny_language_model: LanguageModel) -> None:
    prompts = [PROMPT, [50, 51, 52, 50, 51], [9, 8, 7, 6, 5]]
    settings = DecodingSettings(
        max_new_tokens=15, repetition_penalty=1.2, no_repeat_ngram_size=2, dry_multiplier=0.8
    )
    batch = generate_batch(tiny_language_model, prompts, [0, 0, 0], settings)
    for prompt, generation in zip(prompts, batch, strict=True):
        assert list(generation.token_ids) == tokens_of(stream(tiny_language_model, prompt, settings))
        assert generation.prompt_ids == tuple(prompt)
        assert all(step.candidates == () for step in generation.steps)


def test_batch_refuses_what_does_not_fit_together(tiny_language_model: LanguageModel) -> None:
    for prompts, seeds in [([[1, 2], [1]], [0, 1]), ([[1], [2]], [0, 1, 2]), ([[1]], [])]:
        with pytest.raises(ValueError, match="generate_batch needs"):
            generate_batch(tiny_language_model, prompts, seeds, DecodingSettings())
    with pytest.raises(ValueError, match="generate_batch needs"):
        generate_batch(tiny_language_model, [[1]], [0], DecodingSettings("beam"))


def ending_settings(model: LanguageModel) -> tuple[DecodingSettings, list[int]]:
    """Settings whose text ends by itself, and its tokens."""
    for seed in range(50):
        settings = DecodingSettings(**{**vars(LONG), "seed": seed})
        tokens = tokens_of(stream(model, PROMPT, settings))
        if tokens[-1] in model.end_ids:
            return settings, tokens
    raise AssertionError("no seed ends within 60 tokens")


def test_the_end_token_ends_the_text_unless_told_otherwise(tiny_language_model: LanguageModel) -> None:
    settings, tokens = ending_settings(tiny_language_model)
    assert 1 < len(tokens) < 60
    on = DecodingSettings(**{**vars(settings), "stop_at_end": False})
    longer = tokens_of(stream(tiny_language_model, PROMPT, on))
    assert len(longer) == 60
    assert longer[: len(tokens)] == tokens

    generation = generate(tiny_language_model, "Hello", settings)
    assert generation.finished
    assert generation.token_ids == tuple(tokens)
    assert generation.text == "".join(map(chr, tokens[:-1]))
    assert not generate(tiny_language_model, "Hello", on).finished


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_gives_a_whole_generation(tiny_language_model: LanguageModel, strategy) -> None:
    settings = DecodingSettings(strategy, max_new_tokens=8, repetition_penalty=1.1, stop_at_end=False)
    generation = generate(tiny_language_model, "Hello", settings)
    assert len(generation.steps) == 8
    assert generation.prompt_ids == tuple(PROMPT)
    assert generation.text == "".join(map(chr, generation.token_ids)) == "".join(generation.token_texts)
    assert all(len(step.candidates) == 10 and 0 < step.probability <= 1 for step in generation.steps)
    assert generation.model == "tiny"
    assert generation.tokens_per_second > 0
    assert generation == generation_of(
        tiny_language_model, settings, PROMPT, generation.steps, generation.seconds
    )


def test_beam_search_with_one_beam_traces_like_greedy(tiny_language_model: LanguageModel) -> None:
    beam = generate(tiny_language_model, "Hello", DecodingSettings("beam", num_beams=1, max_new_tokens=10))
    greedy = generate(tiny_language_model, "Hello", DecodingSettings(max_new_tokens=10))
    assert beam.token_ids == greedy.token_ids
    for one, other in zip(beam.steps, greedy.steps, strict=True):
        assert one.probability == pytest.approx(other.probability, rel=1e-4)


def test_stream_does_greedy_and_sampling_only(tiny_language_model: LanguageModel) -> None:
    with pytest.raises(ValueError, match="beam"):
        next(stream(tiny_language_model, PROMPT, DecodingSettings("beam")))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_stopped_is_asked_before_each_token(tiny_language_model: LanguageModel, strategy) -> None:
    asked = iter([False, False, False, True])
    settings = DecodingSettings(strategy, max_new_tokens=50, stop_at_end=False)
    generation = generate(tiny_language_model, "Hello", settings, stopped=lambda: next(asked))
    assert len(generation.steps) == 3
    assert not generation.finished
    assert next(asked, "asked no more") == "asked no more"


def test_stopped_at_once_nothing_is_generated(tiny_language_model: LanguageModel) -> None:
    generation = generate(tiny_language_model, "Hello", DecodingSettings(), stopped=lambda: True)
    assert generation.steps == ()
    assert generation.text == ""
    assert not generation.finished


def test_a_prompt_read_in_pieces_reads_the_same_and_can_be_stopped(
    tiny_language_model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = [3 + i % 90 for i in range(100)]
    settings = DecodingSettings(max_new_tokens=10)
    whole = tokens_of(stream(tiny_language_model, prompt, settings))
    monkeypatch.setattr("core.decoding.generate.READ_TOGETHER", 7)
    assert tokens_of(stream(tiny_language_model, prompt, settings)) == whole
    asked = iter([False, False, True])
    assert list(stream(tiny_language_model, prompt, settings, stopped=lambda: next(asked))) == []


def test_closing_the_stream_ends_it(tiny_language_model: LanguageModel) -> None:
    steps = stream(tiny_language_model, PROMPT, DecodingSettings(max_new_tokens=50))
    next(steps)
    assert not torch.is_inference_mode_enabled()
    steps.close()
    assert list(steps) == []


def test_a_prompt_too_long_keeps_its_end(tiny_language_model: LanguageModel) -> None:
    generation = generate(tiny_language_model, "x" * 300 + "Hello", DecodingSettings(max_new_tokens=10))
    assert generation.cut_tokens == 305 - (256 - 10)
    assert generation.prompt_ids[-5:] == tuple(PROMPT)


def test_a_full_context_is_refused(tiny_language_model: LanguageModel) -> None:
    with pytest.raises(GlassboxError) as refused:
        list(stream(tiny_language_model, [5] * 250, DecodingSettings(max_new_tokens=20, stop_at_end=False)))
    assert refused.value.key == "engines.error.context"


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("strategy", ["greedy", "sample"])
def test_scores_that_are_no_numbers_are_refused(tiny_module, tiny_tokenizer, strategy, value: float) -> None:
    broken = copy.deepcopy(tiny_module)
    broken.model.norm.weight.data[0] = value
    model = LanguageModel("broken", broken, tiny_tokenizer)
    with pytest.raises(GlassboxError) as refused:
        next(stream(model, PROMPT, DecodingSettings(strategy)))
    assert refused.value.key == "decoding.error.scores"


@pytest.mark.parametrize("strategy", ["greedy", "sample"])
def test_settings_that_leave_no_token_are_refused(tiny_language_model: LanguageModel, strategy) -> None:
    settings = DecodingSettings(strategy, no_repeat_ngram_size=1)
    with pytest.raises(GlassboxError) as refused:
        next(stream(tiny_language_model, list(range(128)), settings))
    assert refused.value.key == "decoding.error.nothing_left"


def byte_tokenizer() -> Tokenizer:
    """One token for each byte, as GPT-2 writes them, and one special token."""
    from tokenizers.pre_tokenizers import ByteLevel

    alphabet = sorted(ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: i for i, letter in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken("<|end|>", special=True)])
    return tokenizer


def test_unfinished_characters_show_their_bytes() -> None:
    tokenizer = byte_tokenizer()
    ids = tokenizer.encode("a 你é\n🦜").ids
    assert token_texts(tokenizer, ids) == (
        *("a", " ", "\\xe4", "\\xbd", "你", "\\xc3", "é", "\n"),
        *("\\xf0", "\\x9f", "\\xa6", "🦜"),
    )


def test_every_byte_has_its_letter() -> None:
    tokenizer = byte_tokenizer()
    text = "".join(map(chr, [*range(1, 0x180), 0x4F60, 0x1F99C]))
    ids = tokenizer.encode(text).ids
    assert UNFINISHED.sub("", "".join(token_texts(tokenizer, ids))) == text


def test_bytes_that_never_become_a_character_stay_bytes() -> None:
    tokenizer = byte_tokenizer()
    half, letter, end = (
        tokenizer.encode("é").ids[0],
        tokenizer.encode("b").ids[0],
        tokenizer.token_to_id("<|end|>"),
    )
    assert token_texts(tokenizer, [half, letter]) == ("\\xc3", "b")
    assert token_texts(tokenizer, [half, half, end]) == ("\\xc3", "\\xc3", "<|end|>")
    assert token_texts(tokenizer, []) == ()


@pytest.mark.real_model
def test_smollm2_pieces_make_up_the_text(smollm2: LanguageModel) -> None:
    ids = smollm2.encode("The parrot 🦜 says 你好 — naïvely.")
    pieces = token_texts(smollm2.tokenizer, ids)
    assert UNFINISHED.sub("", "".join(pieces)) == "The parrot 🦜 says 你好 — naïvely."
    assert any(UNFINISHED.search(piece) for piece in pieces)


@pytest.mark.real_model
def test_smollm2_batch_equals_each_seed_alone(smollm2: LanguageModel) -> None:
    settings = DecodingSettings("sample", max_new_tokens=8, temperature=0.9, top_p=0.95)
    prompt = smollm2.encode("Once upon a time")
    batch = generate_batch(smollm2, [prompt], [0, 1, 2], settings)
    for seed, generation in enumerate(batch):
        alone = stream(smollm2, prompt, DecodingSettings(**{**vars(settings), "seed": seed}))
        assert list(generation.token_ids) == tokens_of(alone)
