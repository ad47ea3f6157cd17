"""Configs from strangers: read where they can be, refused in one sentence where they cannot."""

import json

import pytest

from core.errors import GlassboxError
from core.memory.config_json import read_config
from core.memory.layout import layout
from core.memory.plan import plan_from
from core.memory.presets import presets

LLAMA = dict(presets()["smollm2-135m"].config)


def changed(**fields) -> str:
    merged = {**LLAMA, **fields}
    return json.dumps({name: value for name, value in merged.items() if value is not ...})


def test_a_configs_other_fields_do_not_matter():
    text = changed(
        architectures=["LlamaForCausalLM"], rope_scaling=None, torch_dtype="bfloat16", x={"y": [1]}
    )
    assert layout(read_config(text)).parameters == 134_515_008


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"model_type": NaN}', "NaN and Infinity"),
        ("[1, 2]", "one object"),
        ("7", "one object"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("x" * 2_000_000, "longer than 1,000,000"),
        ("{}", "lacks model_type"),
        ('{"model_type": 3}', "lacks model_type"),
        ('{"model_type": "mamba"}', "architecture mamba"),
        ('{"model_type": "llama"}', "lacks hidden_size"),
        (changed(intermediate_size=...), "lacks intermediate_size"),
        (changed(hidden_size=0), "hidden_size is 0"),
        (changed(num_hidden_layers=-3), "num_hidden_layers is -3"),
        (changed(hidden_size="576"), "whole number, not 576"),
        (changed(hidden_size=576.5), "whole number"),
        (changed(hidden_size=True), "whole number"),
        (changed(hidden_size=[576]), "whole number"),
        (changed(vocab_size=10**40), "10^15"),
        (changed(num_attention_heads=7), "7 heads do not divide a width of 576"),
        (changed(num_key_value_heads=4), "4 key/value heads do not divide 9"),
        (changed(tie_word_embeddings="yes"), "true or false"),
        (changed(attention_dropout=1.5), "at least 0 and below 1"),
        (changed(attention_bias=True), "biases that none"),
        (changed(hidden_size=9 * 10**6, intermediate_size=10**7), "trillion"),
        (changed(num_hidden_layers=20_000), "layers is 20,000"),
    ],
)
def test_a_config_that_cannot_be(text: str, part: str):
    with pytest.raises(GlassboxError) as caught:
        read_config(text)
    english, chinese = caught.value.text("en"), caught.value.text("zh")
    assert part in english
    assert "\n" not in english
    assert chinese != english
    assert "{" not in english.replace("{}", "")
    assert len(english) < 400


def test_a_million_billion_parameters():
    with pytest.raises(GlassboxError, match=r"1\.\de\+15 parameters"):
        read_config(changed(hidden_size=576_000, intermediate_size=1_536_000, num_hidden_layers=300))


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({}, "one of the two"),
        ({"preset": "gpt2", "config": LLAMA}, "one of the two"),
        ({"config": [1]}, "one object"),
        ({"preset": "gpt2", "colour": 1}, "no setting colour"),
        ({"preset": "gpt2", "batch": "2"}, "batch must be a whole number"),
        ({"preset": "gpt2", "batch": 0}, "batch is 0"),
        ({"preset": "gpt2", "length": -1}, "length is -1"),
        ({"preset": "gpt2", "length": 1025}, "1024 positions"),
        ({"preset": "gpt2", "optimizer": "muon"}, "optimizer cannot be muon"),
        ({"preset": "gpt2", "dtype": "fp4"}, "dtype cannot be fp4"),
        ({"preset": "gpt2", "checkpointing": "some"}, "none, selective, full"),
        ({"preset": "gpt2", "targets": 3}, "targets has a value of the wrong kind"),
        ({"preset": "gpt2", "sequence": 1}, "sequence has a value of the wrong kind"),
        ({"preset": "gpt2", "zero": 4}, "zero cannot be 4"),
        ({"preset": "gpt2", "devices": 0}, "devices is 0"),
        (
            {"preset": "gpt2", "devices": 6, "tensor": 4},
            "devices (6) cannot be divided by tensor x pipeline (4)",
        ),
        ({"preset": "gpt2", "devices": 8, "tensor": 8}, "heads (12) cannot be divided by tensor (8)"),
        ({"preset": "gpt2", "devices": 5, "pipeline": 5}, "layers (12) cannot be divided by pipeline (5)"),
        ({"preset": "smollm2-135m", "devices": 9, "tensor": 9}, "key_value_heads (3)"),
        ({"preset": "gpt2", "sequence": True}, "tensor parallelism to 2"),
        ({"preset": "t5-small", "devices": 2, "pipeline": 2}, "an encoder and a decoder"),
    ],
)
def test_a_plan_that_cannot_be(settings: dict, part: str):
    with pytest.raises(GlassboxError) as caught:
        plan_from(settings)
    assert part in caught.value.text("en")
    assert caught.value.text("zh") != caught.value.text("en")
