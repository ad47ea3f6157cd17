import json
import os
import subprocess
import sys
import threading
import time

import psutil
import pytest

from core.engines.choose import engine
from core.engines.llama_engine import LlamaEngine, read_event, request_body
from core.engines.requests import GenerationRequest, TextChunk
from core.errors import GlassboxError

PROMPT = "The history of computing begins"


@pytest.fixture(scope="module")
def llama(glassbox_home) -> LlamaEngine:
    return engine("llama.cpp")


def text_of(llama: LlamaEngine, prompt: str = PROMPT, **knobs) -> str:
    return "".join(
        chunk.text for chunk in llama.stream(GenerationRequest(prompt, **({"max_new_tokens": 16} | knobs)))
    )


def sockets() -> list:
    return psutil.Process().net_connections("all")


@pytest.mark.real_model
def test_the_greedy_text_is_always_the_same_and_its_tokens_are_counted(llama: LlamaEngine) -> None:
    request = GenerationRequest(PROMPT, max_new_tokens=24, stop_at_end=False)
    first = list(llama.stream(request))
    assert "".join(chunk.text for chunk in first).strip()
    assert sum(chunk.tokens for chunk in first) == 24
    assert len(first) > 10
    text_of(llama, "Something else in between", temperature=1.0)
    assert list(llama.stream(request)) == first


@pytest.mark.real_model
def test_the_greedy_text_begins_as_the_torch_engines(llama: LlamaEngine, smollm2) -> None:
    """The weights are the same up to llama.cpp's 8-bit activations, so only the sure beginning must agree."""
    from core.engines.torch_engine import TorchEngine

    request = GenerationRequest("1, 2, 3, 4, 5, 6, 7, 8,", max_new_tokens=12)
    theirs = "".join(chunk.text for chunk in TorchEngine(smollm2).stream(request))
    assert text_of(llama, request.prompt, max_new_tokens=12)[:12] == theirs[:12]


@pytest.mark.real_model
def test_a_seed_repeats_a_sampled_text_and_another_changes_it(llama: LlamaEngine) -> None:
    texts = [text_of(llama, temperature=1.2, seed=seed) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.real_model
def test_filters_that_leave_one_token_make_sampling_greedy(llama: LlamaEngine) -> None:
    greedy = text_of(llama)
    for knobs in ({"top_k": 1}, {"top_p": 1e-6}, {"min_p": 1.0}):
        assert text_of(llama, temperature=1.5, seed=9, **knobs) == greedy


@pytest.mark.real_model
@pytest.mark.parametrize(
    "knobs",
    [
        {"repetition_penalty": 1.5},
        {"presence_penalty": 2.0},
        {"frequency_penalty": 2.0},
        {"dry_multiplier": 5.0},
    ],
    ids=lambda knobs: next(iter(knobs)),
)
def test_each_penalty_changes_a_repetitive_text(llama: LlamaEngine, knobs: dict) -> None:
    prompt = "go home and go home and go home and go home and"
    plain = text_of(llama, prompt)
    assert plain.startswith(" go home")
    assert text_of(llama, prompt, **knobs) != plain


@pytest.mark.real_model
def test_typical_p_changes_a_sampled_text(llama: LlamaEngine) -> None:
    plain = text_of(llama, temperature=1.0, seed=5, max_new_tokens=24)
    assert text_of(llama, temperature=1.0, seed=5, max_new_tokens=24, typical_p=0.2) != plain


@pytest.mark.real_model
def test_a_stop_string_ends_the_text_before_it(llama: LlamaEngine) -> None:
    whole = text_of(llama, max_new_tokens=24)
    stop = whole[20:26]
    assert text_of(llama, max_new_tokens=24, stop=(stop,)) == whole[: whole.index(stop)]


@pytest.mark.real_model
def test_closing_stops_at_once(llama: LlamaEngine) -> None:
    text_of(llama)
    stream = llama.stream(GenerationRequest(PROMPT, max_new_tokens=4000, stop_at_end=False))
    started = time.monotonic()
    next(stream)
    until_first = time.monotonic() - started
    started = time.monotonic()
    stream.close()
    assert time.monotonic() - started < 5, "4000 tokens would take half a minute at least"
    started = time.monotonic()
    text_of(llama, max_new_tokens=1)
    assert time.monotonic() - started < 5 + 10 * until_first


@pytest.mark.real_model
def test_cancelling_works_while_the_prompt_is_read(llama: LlamaEngine) -> None:
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    started = time.monotonic()
    chunks = list(llama.stream(GenerationRequest("word " * 7_000, max_new_tokens=500), cancel.is_set))
    assert chunks == []
    assert time.monotonic() - started < 10, "reading 7000 tokens takes longer than this"


@pytest.mark.real_model
def test_two_requests_at_once_give_the_texts_they_give_alone(llama: LlamaEngine) -> None:
    prompts = ["The sea is", "Cooking rice needs"]
    alone = [text_of(llama, prompt) for prompt in prompts]
    together: dict[str, str] = {}
    threads = [
        threading.Thread(target=lambda prompt=prompt: together.__setitem__(prompt, text_of(llama, prompt)))
        for prompt in prompts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [together[prompt] for prompt in prompts] == alone


@pytest.mark.real_model
def test_nobody_can_connect(llama: LlamaEngine) -> None:
    """The listener has a Unix socket whose name is gone; no port is open."""
    assert [c for c in sockets() if c.status == "LISTEN" and c.family.name != "AF_UNIX"] == []
    names = [c.laddr for c in sockets() if c.family.name == "AF_UNIX" and "glassbox-" in str(c.laddr)]
    assert len(names) == 1
    assert not os.path.exists(names[0])
    assert not os.path.exists(os.path.dirname(names[0]))


@pytest.mark.real_model
def test_it_is_silent_and_ends_with_its_process(llama: LlamaEngine) -> None:
    program = (
        "from core.engines.choose import engine; from core.engines.requests import GenerationRequest as R\n"
        "print(sum(c.tokens for c in engine('llama.cpp').stream(R('The sea', 3, stop_at_end=False))))\n"
        "stream = engine('llama.cpp').stream(R('The sea', 3000, stop_at_end=False)); next(stream)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


@pytest.mark.real_model
def test_bad_prompts_are_refused(llama: LlamaEngine) -> None:
    with pytest.raises(GlassboxError, match="prompt is empty"):
        llama.stream(GenerationRequest(""))
    with pytest.raises(GlassboxError, match="at most 8191"):
        llama.stream(GenerationRequest("a", max_new_tokens=8192))


def test_a_file_that_is_no_model_is_refused(tmp_path, tiny_tokenizer) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(GlassboxError, match="cannot open the model's file"):
        LlamaEngine(file, tiny_tokenizer, 64, 1)


def test_a_refusal_of_the_library_is_one_sentence() -> None:
    with pytest.raises(GlassboxError, match="could not continue this text"):
        read_event({"error": {"code": 400, "message": "/secret/path"}}, 0)


def test_tokens_are_counted_from_the_running_total() -> None:
    event = {"choices": [{"text": "ab"}], "timings": {"predicted_n": 5}}
    assert read_event(event, 2) == (TextChunk("ab", 3), 5)
    assert read_event({"choices": [{"text": ""}], "prompt_progress": {}}, 2) == (TextChunk("", 0), 2)


def test_every_knob_reaches_the_library() -> None:
    request = GenerationRequest("a", 7, 0.5, 3, 0.9, 0.1, 0.8, 1.1, 0.2, 0.3, 0.4, 1.5, 4, 11, ("x",), False)
    body = request_body(request, [1, 2], 64)
    wanted = {
        "n_predict": 7, "temperature": 0.5, "top_k": 3, "top_p": 0.9, "min_p": 0.1, "typical_p": 0.8,
        "repeat_penalty": 1.1, "presence_penalty": 0.2, "frequency_penalty": 0.3, "dry_multiplier": 0.4,
        "dry_base": 1.5, "dry_allowed_length": 4, "seed": 11, "stop": ["x"], "ignore_eos": True,
        "repeat_last_n": 64, "dry_penalty_last_n": 64,
    }  # fmt: skip
    assert {name: body[name] for name in wanted} == wanted
    assert body["samplers"] == ["penalties", "dry", "temperature", "top_k", "top_p", "min_p", "typ_p"]
    json.dumps(body)
