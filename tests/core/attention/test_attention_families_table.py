"""The family table: checked rows, arithmetic equal to built architectures, measured models."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.attention.families.measured import measured_family
from core.attention.families.parameters import parameters
from core.attention.families.table import FILE, PARTS, Family, differences, families, family, matching
from core.errors import GlassboxError
from core.wording import LANGUAGES, all_wording

NAMED = """
    gpt-1 gpt-2 gpt-3 bert-base t5-base bloom llama-7b llama-2-7b llama-3-8b chatglm-6b chatglm2-6b
    chatglm3-6b
    baichuan-7b baichuan-13b baichuan2-7b baichuan2-13b qwen-7b qwen2.5-7b qwen3-8b mistral-7b mixtral-8x7b
    deepseek-v2 deepseek-v3 smollm2-135m minilm-l6
"""


def llama_like(row: Family) -> dict[str, Any]:
    return {
        "vocab_size": row.vocabulary,
        "hidden_size": row.width,
        "intermediate_size": row.feed_forward,
        "num_hidden_layers": row.layers,
        "num_attention_heads": row.heads,
        "num_key_value_heads": row.key_value_heads,
        "head_dim": row.head_width,
        "max_position_embeddings": row.context,
        "tie_word_embeddings": row.tied,
    }


def gpt(row: Family) -> dict[str, Any]:
    sizes = {"n_embd": row.width, "n_layer": row.layers, "n_head": row.heads, "n_positions": row.context}
    return {**sizes, "vocab_size": row.vocabulary}


def bert(row: Family) -> dict[str, Any]:
    sizes = llama_like(row)
    return {name: value for name, value in sizes.items() if name not in ("num_key_value_heads", "head_dim")}


def t5(row: Family) -> dict[str, Any]:
    return {
        "vocab_size": row.vocabulary,
        "d_model": row.width,
        "d_kv": row.head_width,
        "d_ff": row.feed_forward,
        "num_layers": row.layers,
        "num_decoder_layers": row.decoder_layers,
        "num_heads": row.heads,
        "relative_attention_num_buckets": row.relative_buckets,
        "feed_forward_proj": ("gated-" if row.gated else "") + row.activation,
        "tie_word_embeddings": row.tied,
    }


def bloom(row: Family) -> dict[str, Any]:
    return {
        "vocab_size": row.vocabulary,
        "hidden_size": row.width,
        "n_layer": row.layers,
        "n_head": row.heads,
    }


def mixtral(row: Family) -> dict[str, Any]:
    return {
        **llama_like(row),
        "num_local_experts": row.experts.count,
        "num_experts_per_tok": row.experts.chosen,
    }


def deepseek(row: Family) -> dict[str, Any]:
    sizes = {name: value for name, value in llama_like(row).items() if name != "head_dim"}
    return {
        **sizes,
        "q_lora_rank": row.latent.query_rank,
        "kv_lora_rank": row.latent.key_value_rank,
        "qk_nope_head_dim": row.latent.plain_width,
        "qk_rope_head_dim": row.latent.rotated_width,
        "v_head_dim": row.latent.value_width,
        "n_routed_experts": row.experts.count,
        "n_shared_experts": row.experts.shared,
        "num_experts_per_tok": row.experts.chosen,
        "moe_intermediate_size": row.experts.width,
        "first_k_dense_replace": row.experts.dense_layers,
    }


BUILT: dict[str, tuple[str, Callable[[Family], dict[str, Any]]]] = {
    "gpt-1": ("OpenAIGPTLMHeadModel", gpt),
    "gpt-2": ("GPT2LMHeadModel", gpt),
    "gpt-2-xl": ("GPT2LMHeadModel", gpt),
    "gpt-3": ("GPT2LMHeadModel", gpt),
    "bert-base": ("BertModel", bert),
    "t5-base": ("T5ForConditionalGeneration", t5),
    "bloom": ("BloomForCausalLM", bloom),
    "llama-7b": ("LlamaForCausalLM", llama_like),
    "baichuan-7b": ("LlamaForCausalLM", llama_like),
    "llama-2-70b": ("LlamaForCausalLM", llama_like),
    "llama-3-8b": ("LlamaForCausalLM", llama_like),
    "mistral-7b": ("MistralForCausalLM", llama_like),
    "qwen-7b": ("Qwen2ForCausalLM", llama_like),
    "qwen2.5-7b": ("Qwen2ForCausalLM", llama_like),
    "qwen3-8b": ("Qwen3ForCausalLM", llama_like),
    "mixtral-8x7b": ("MixtralForCausalLM", mixtral),
    "deepseek-v2": ("DeepseekV2ForCausalLM", deepseek),
}


def built_parameters(architecture: str, settings: dict[str, Any]) -> int:
    """What transformers builds, without any memory for its weights."""
    import torch
    import transformers

    kind = getattr(transformers, architecture)
    with torch.device("meta"):
        model = kind(kind.config_class(**settings))
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("name", BUILT)
def test_the_count_of_a_row_is_that_of_the_built_architecture(name: str):
    architecture, settings = BUILT[name]
    row = family(name)
    assert parameters(row).total == built_parameters(architecture, settings(row))


def test_t5_v1_1_differs_from_the_built_one_by_the_output_table_that_transformers_always_ties():
    row = family("t5-v1.1-base")
    built = built_parameters("T5ForConditionalGeneration", t5(row))
    assert not row.tied
    assert parameters(row).total - built == row.vocabulary * row.width


def test_deepseek_v3_differs_from_the_built_one_by_the_balancing_biases_that_transformers_keeps_as_buffers():
    row = family("deepseek-v3")
    built = built_parameters("DeepseekV3ForCausalLM", deepseek(row))
    assert parameters(row).total - built == (61 - 3) * 256


@pytest.mark.parametrize("row", [row for row in families() if row.published], ids=lambda row: row.name)
def test_the_computed_total_is_the_published_one_or_the_difference_is_explained(row: Family):
    difference = parameters(row).total / row.published - 1
    assert abs(difference) < 0.03
    assert abs(difference) < 0.01 or row.difference


def test_active_parameters_of_the_mixtures_are_those_published():
    for name, active in (("mixtral-8x7b", 12.9), ("deepseek-v2", 21), ("deepseek-v3", 37)):
        row = family(name)
        assert row.published_active == active * 1e9
        assert parameters(row).active / row.published_active == pytest.approx(1, abs=0.02)
    v3 = parameters(family("deepseek-v3"))
    assert round((v3.active - v3.embedding) / 1e9, 1) == 36.6  # as the caption says


def test_every_family_that_the_lesson_names_is_there_oldest_first():
    rows = families()
    assert set(NAMED.split()) <= {row.name for row in rows}
    assert [row.released for row in rows] == sorted(row.released for row in rows)


@pytest.mark.real_model
@pytest.mark.parametrize("name", ["smollm2-135m", "minilm-l6"])
def test_the_rows_of_the_shelf_are_what_the_models_say(name: str):
    row = family(name)
    own, counted = measured_family(row)
    assert own == row
    assert counted == parameters(own).total


@pytest.mark.real_model
def test_a_wrong_row_of_the_shelf_is_put_right_by_the_model():
    own, _ = measured_family(replace(family("smollm2-135m"), layers=7, key_value_heads=9, tied=False))
    assert own == family("smollm2-135m")


def test_every_word_of_a_row_has_its_wording_in_both_languages():
    known = all_wording()
    for row in families():
        assert set(row.changed) == set(LANGUAGES)
        for name in PARTS:
            value = getattr(row, name)
            word = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            for kind in ("value", "why"):
                assert f"attention.families.{kind}.{name}.{word}" in known


def test_a_latent_cache_is_small_and_grouped_heads_shrink_it():
    # hand: V3 61 * (512 + 64); Llama 2 70B 2 * 80 * 8 * 128
    assert family("deepseek-v3").cache_numbers == 61 * 576
    assert family("llama-2-70b").cache_numbers == 2 * 80 * 8 * 128
    assert family("bert-base").cache_numbers is None
    assert [family(name).attention for name in ("gpt-3", "llama-3-8b", "deepseek-v2")] == [
        "mha",
        "gqa",
        "mla",
    ]


def test_differences_name_only_what_differs():
    found = {each.name: (each.first, each.second) for each in differences(family("gpt-1"), family("gpt-2"))}
    assert found == {"norm_place": ("post", "pre"), "vocabulary": (40478, 50257), "context": (512, 1024)}
    assert differences(family("bloom"), family("bloom")) == []


def test_filters_keep_rows_that_have_all_properties_wanted():
    rows = families()
    assert matching(rows, {"kind": []}) == list(rows)
    assert [row.name for row in matching(rows, {"kind": ["prefix"]})] == ["chatglm-6b"]
    assert matching(rows, {"kind": ["encoder"], "positions": ["rope"]}) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "decoder"', 'kind = "decoderr"', "kind is not one of"),
        ("heads = 8\n", 'heads = "8"\n', "heads is '8'"),
        ("tied = true\n", "", "missing: ['tied']"),
        ('released = "2017-06"', 'released = "2017"', "released is not a year and a month"),
        ("key_value_heads = 8\n", "key_value_heads = 3\n", "do not divide"),
        ('source = "https://arxiv.org/abs/1706.03762"', 'source = "arxiv"', "no https address"),
        ("layers = 6\n", "layers = -6\n", "layers is -6"),
        ("layers = 6\n", "layers = 6\nlayer = 6\n", "unknown: ['layer']"),
    ],
)
def test_a_wrong_row_is_refused_with_its_name(old: str, new: str, said: str, tmp_path: Path):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "families.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GlassboxError, match="The row") as error:
        families(path)
    assert said in str(error.value)


def test_a_file_that_is_none_is_refused(tmp_path: Path):
    path = tmp_path / "families.toml"
    path.write_text("[[family", encoding="utf-8")
    with pytest.raises(GlassboxError, match="cannot be read"):
        families(path)
    with pytest.raises(GlassboxError, match="no family"):
        family("gpt-9")
