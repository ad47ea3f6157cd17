import math

import pytest

from core.engines.requests import GenerationRequest, chat_prompt, refuse_knobs
from core.errors import GlassboxError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_new_tokens", 0),
        ("max_new_tokens", 1.5),
        ("max_new_tokens", True),
        ("temperature", math.nan),
        ("temperature", -0.1),
        ("temperature", math.inf),
        ("temperature", "1"),
        ("top_k", -1),
        ("top_p", 0.0),
        ("top_p", 1.01),
        ("min_p", -0.01),
        ("typical_p", 0),
        ("repetition_penalty", 0.0),
        ("presence_penalty", 2.1),
        ("frequency_penalty", None),
        ("dry_base", 0.5),
        ("dry_allowed_length", 0),
        ("seed", -1),
        ("seed", 2**31),
        ("stop", "text"),
        ("stop", ("",)),
        ("stop", ("\udc00",)),
        ("stop_at_end", 1),
    ],
)
def test_a_bad_knob_is_refused_in_one_sentence(name: str, value: object) -> None:
    with pytest.raises(GlassboxError) as refusal:
        GenerationRequest("a", **{name: value})
    assert name in str(refusal.value)
    for language in ("en", "zh"):
        assert name in refusal.value.text(language)


def test_what_an_engine_cannot_do_is_named_with_one_that_can() -> None:
    request = GenerationRequest("a", presence_penalty=0.5, dry_multiplier=0.8)
    with pytest.raises(
        GlassboxError, match=r"torch engine cannot do presence_penalty, dry_multiplier.*llama\.cpp"
    ):
        refuse_knobs(request, ("presence_penalty", "dry_multiplier", "top_k"), "torch", "llama.cpp")
    refuse_knobs(request, ("top_k",), "torch", "llama.cpp")


def test_a_conversation_becomes_the_models_own_format() -> None:
    template = (
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    text = chat_prompt([{"role": "user", "content": "Hi {{ 7 * 7 }}"}], template)
    assert text == "<|im_start|>user\nHi {{ 7 * 7 }}<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("", "no chat template"),
        ("{{ raise_exception('no') }}", "does not accept"),
        ("{% if %}", "does not accept"),
        ("{{ messages.__class__.__mro__ }}", "does not accept"),
    ],
)
def test_a_template_that_cannot_be_used_is_said(template: str, words: str) -> None:
    with pytest.raises(GlassboxError, match=words):
        chat_prompt([{"role": "user", "content": "Hi"}], template)


@pytest.mark.real_model
def test_the_shelf_models_template_equals_transformers_rendering(smollm2) -> None:
    from transformers.utils.chat_template_utils import render_jinja_template

    messages = [{"role": "user", "content": "Why?"}]
    expected, _ = render_jinja_template(
        conversations=[messages], chat_template=smollm2.chat_template, add_generation_prompt=True
    )
    assert chat_prompt(messages, smollm2.chat_template) == expected[0]
