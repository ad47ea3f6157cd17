"""The written-out blocks against transformers' eager attention: maps, hidden states and logits."""

import pytest
import torch
from torch.testing import assert_close
from transformers import BertModel, LlamaForCausalLM

from core.attention.open_model import OpenBert, OpenLlama, OpenModel, open_model
from core.attention.token_spelling import spell
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError
from core.shelf.load import load_encoder

TEXT = "The quick brown fox jumps over the lazy dog, and the dog sleeps."


def _run(model: OpenModel, ids: torch.Tensor):
    hidden, passes = model.embed(ids), []
    for index in range(model.layer_count):
        passes.append(model.layer(index, hidden))
        hidden = passes[-1].hidden
    return passes


@torch.inference_mode()
def _expected(module, ids: torch.Tensor):
    """What transformers computes with eager attention, on its own copy of the weights."""
    peer = type(module)(module.config)
    peer.load_state_dict(module.state_dict())
    peer.eval().set_attn_implementation("eager")
    return peer(ids if ids.ndim == 2 else ids[None], output_attentions=True, output_hidden_states=True)


def _check(model: OpenModel, module, ids: torch.Tensor, tolerance: float) -> None:
    expected, passes = _expected(module, ids), _run(model, ids)
    for index, layer_pass in enumerate(passes):
        weights = expected.attentions[index]
        assert_close(
            layer_pass.weights, weights if ids.ndim == 2 else weights[0], atol=1e-5, rtol=0, msg=str(index)
        )
        if index + 1 < len(passes) or not model.causal:  # transformers norms a language model's last one
            hidden = expected.hidden_states[index + 1]
            assert_close(layer_pass.hidden, hidden if ids.ndim == 2 else hidden[0], atol=tolerance, rtol=1e-5)
    if model.causal:
        assert isinstance(module, LlamaForCausalLM)
        logits = expected.logits if ids.ndim == 2 else expected.logits[0]
        assert_close(model.logits(passes[-1].hidden), logits, atol=tolerance, rtol=1e-5)


def test_tiny_llama_equals_transformers_for_one_text_and_a_batch(tiny_language_model):
    model = OpenLlama(tiny_language_model)
    _check(model, tiny_language_model.module, torch.tensor([5, 9, 77, 9, 5]), 1e-5)
    _check(model, tiny_language_model.module, torch.tensor([[5, 9, 77, 9], [1, 2, 3, 4]]), 1e-5)


@pytest.mark.real_model
def test_smollm2_equals_transformers(smollm2: LanguageModel):
    model = open_model("smollm2-135m")
    # The residual stream holds numbers in the thousands: 1e-5 of them is the relative tolerance.
    _check(model, smollm2.module, model.read(TEXT).ids, 1e-3)


@pytest.mark.real_model
def test_minilm_equals_transformers_for_one_text_and_a_batch(glassbox_home):
    module, _ = load_encoder()
    assert isinstance(module, BertModel)
    model = open_model("minilm-l6")
    assert isinstance(model, OpenBert)
    ids = model.read(TEXT).ids
    _check(model, module, ids, 1e-5)
    _check(model, module, torch.stack((ids, ids.flip(0))), 1e-5)


def test_a_batch_of_head_scales_equals_one_text_after_another(tiny_language_model):
    model = OpenLlama(tiny_language_model)
    hidden = model.embed(torch.tensor([5, 9, 77, 9, 5]))
    scales = 1 - torch.eye(model.head_count)
    means = torch.randn(model.head_count, model.head_width, generator=torch.Generator().manual_seed(1))
    together = model.layer(0, hidden, head_scale=scales, head_mean=means)
    assert together.hidden.shape == (4, 5, 32)
    for scale, batched in zip(scales, together.hidden, strict=True):
        alone = model.layer(0, hidden, head_scale=scale, head_mean=means).hidden
        assert_close(alone, batched, atol=1e-6, rtol=1e-5)


def test_a_head_switched_off_leaves_what_the_weights_without_it_would_give(tiny_language_model):
    model = OpenLlama(tiny_language_model)
    hidden = model.embed(torch.tensor([5, 9, 77, 9, 5]))
    scale = torch.tensor([1.0, 0.0, 1.0, 1.0])
    layer_pass = model.layer(0, hidden, head_scale=scale)
    without = LlamaForCausalLM(tiny_language_model.module.config)
    without.load_state_dict(tiny_language_model.module.state_dict())
    with torch.inference_mode():
        without.model.layers[0].self_attn.o_proj.weight[:, 8:16] = 0  # the columns of head 1
        expected = without(torch.tensor([[5, 9, 77, 9, 5]]), output_hidden_states=True).hidden_states[1][0]
    assert_close(layer_pass.hidden, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.real_model
def test_tokens_read_as_text(smollm2: LanguageModel, glassbox_home):
    assert open_model("smollm2-135m").read("The cat sat").tokens == ("The", " cat", " sat")
    assert open_model("minilm-l6").read("unhappily").tokens[:2] == ("[CLS]", "un")
    assert open_model("minilm-l6").read("The cat").tokens[-1] == "[SEP]"
    chinese = spell(smollm2.tokenizer, smollm2.encode("猫"))
    assert all(token.startswith("\\x") for token in chinese) or chinese == ("猫",)
    assert spell(smollm2.tokenizer, [smollm2.tokenizer.token_to_id("<|im_start|>")]) == ("<|im_start|>",)


@pytest.mark.real_model
def test_refusals_say_what_to_do(glassbox_home):
    model = open_model("minilm-l6")
    for text in ("", "  \n"):
        with pytest.raises(GlassboxError, match="Write a sentence"):
            model.read(text)
    with pytest.raises(GlassboxError, match="at most 512"):
        model.read("word " * 600)
    with pytest.raises(GlassboxError, match="from 0 to 5"):
        model.layer(6, torch.zeros(3, 384))
    with pytest.raises(GlassboxError, match="from 0 to 11"):
        model.check_head(12)
    with pytest.raises(GlassboxError, match="no language-model head"):
        model.logits(torch.zeros(3, 384))
    with pytest.raises(GlassboxError, match="choose one of"):
        open_model("gpt-5")
