import time

import pytest
import torch

from core.engines.requests import GenerationRequest
from core.engines.torch_engine import TorchEngine
from core.errors import GlassboxError

PROMPTS = ["Once upon a time", "a", "xyz xyz xyz", "The cat. The dog.", "0101010"]


@pytest.fixture
def engine(tiny_language_model) -> TorchEngine:
    return TorchEngine(tiny_language_model)


def generate(model, prompt: str, **knobs) -> list[int]:
    ids = torch.tensor([model.encode(prompt)])
    given = {"max_new_tokens": 40, "pad_token_id": 2, "top_k": 0, "use_cache": True}
    answer = model.module.generate(ids, attention_mask=torch.ones_like(ids), **(given | knobs))
    new = answer[0, ids.shape[1] :].tolist()
    return new[: new.index(2)] if 2 in new else new


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("penalty", [1.0, 1.3, 0.7])
def test_greedy_equals_transformers_generate(engine: TorchEngine, prompt: str, penalty: float) -> None:
    request = GenerationRequest(prompt, max_new_tokens=40, repetition_penalty=penalty)
    ours = list(engine.tokens(engine.model.encode(prompt), request))
    assert ours == generate(engine.model, prompt, do_sample=False, repetition_penalty=penalty)


@pytest.mark.parametrize("prompt", PROMPTS[:2])
@pytest.mark.parametrize(
    "knobs",
    [
        {"temperature": 0.7},
        {"temperature": 1.0, "top_k": 5},
        {"temperature": 1.5, "top_p": 0.8},
        {"temperature": 1.0, "min_p": 0.1},
        {"temperature": 1.2, "typical_p": 0.6},
        {"temperature": 0.9, "top_k": 30, "top_p": 0.9, "min_p": 0.02, "repetition_penalty": 1.2},
    ],
)
def test_sampling_equals_transformers_generate_with_the_same_random_numbers(
    engine: TorchEngine, prompt: str, knobs: dict
) -> None:
    ours = list(engine.tokens(engine.model.encode(prompt), GenerationRequest(prompt, 40, seed=11, **knobs)))
    with torch.random.fork_rng():
        torch.manual_seed(11)
        theirs = generate(engine.model, prompt, do_sample=True, **knobs)
    assert ours == theirs
    assert len(set(ours)) > 1


def test_the_text_is_that_of_the_tokens_and_they_are_counted(engine: TorchEngine) -> None:
    request = GenerationRequest("Once", max_new_tokens=30, temperature=1.0, seed=4)
    ids = list(engine.tokens(engine.model.encode("Once"), request))
    chunks = list(engine.stream(request))
    assert "".join(chunk.text for chunk in chunks) == engine.model.decode(ids)
    assert sum(chunk.tokens for chunk in chunks) == len(ids)


def test_a_stop_string_ends_the_text_before_it(engine: TorchEngine) -> None:
    whole = "".join(
        chunk.text for chunk in engine.stream(GenerationRequest("Once", 30, temperature=1.0, seed=4))
    )
    stop = whole[10:12]
    request = GenerationRequest("Once", 30, temperature=1.0, seed=4, stop=("never there", stop))
    assert "".join(chunk.text for chunk in engine.stream(request)) == whole[: whole.index(stop)]


def test_the_end_token_ends_the_text_unless_told_otherwise(engine: TorchEngine) -> None:
    model = engine.model
    found = None
    for seed in range(200):
        ids = list(engine.tokens([97], GenerationRequest("a", 60, temperature=1.0, seed=seed)))
        if len(ids) < 60:
            found = seed, ids
            break
    assert found, "no seed reached the end token"
    seed, ids = found
    on = list(engine.tokens([97], GenerationRequest("a", 60, temperature=1.0, seed=seed, stop_at_end=False)))
    assert on[: len(ids)] == ids
    assert on[len(ids)] in model.end_ids
    assert len(on) == 60


@pytest.mark.parametrize("knob", ["presence_penalty", "frequency_penalty", "dry_multiplier"])
def test_what_only_llama_cpp_can_do_is_refused(engine: TorchEngine, knob: str) -> None:
    with pytest.raises(GlassboxError, match=rf"cannot do {knob}.*llama\.cpp"):
        engine.stream(GenerationRequest("a", **{knob: 0.5}))


def test_a_prompt_that_cannot_be_used_is_refused_before_any_work(engine: TorchEngine) -> None:
    with pytest.raises(GlassboxError, match="prompt is empty"):
        engine.stream(GenerationRequest(" "))
    with pytest.raises(GlassboxError, match="at most 255"):
        engine.stream(GenerationRequest("a", max_new_tokens=256))


def test_a_prompt_longer_than_the_context_is_cut_and_continued(engine: TorchEngine) -> None:
    chunks = list(engine.stream(GenerationRequest("ab" * 500, max_new_tokens=20, stop_at_end=False)))
    assert sum(chunk.tokens for chunk in chunks) == 20


def test_cancelling_stops_between_two_tokens(engine: TorchEngine) -> None:
    calls = 0

    def cancelled() -> bool:
        nonlocal calls
        calls += 1
        return calls > 5

    request = GenerationRequest("a", max_new_tokens=100, stop_at_end=False)
    assert sum(chunk.tokens for chunk in engine.stream(request, cancelled)) == 5


def test_closing_the_iterator_stops_the_work(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = engine.stream(GenerationRequest("a", max_new_tokens=200, stop_at_end=False))
    next(stream)
    stream.close()
    started = time.monotonic()
    assert list(stream) == []
    assert time.monotonic() - started < 1


@pytest.mark.real_model
def test_characters_of_several_tokens_arrive_whole(smollm2) -> None:
    engine = TorchEngine(smollm2)
    request = GenerationRequest("Emoji: 😀😃😄😁 😀😃😄", max_new_tokens=9)
    chunks = list(engine.stream(request))
    text = "".join(chunk.text for chunk in chunks)
    assert "\ufffd" not in text
    assert any(ord(letter) > 0x1F000 for letter in text)
    assert any(chunk.tokens > 1 for chunk in chunks)
