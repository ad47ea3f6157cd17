"""LoRA written out: equal to peft, merged equal to unmerged, its file told to the byte."""

from copy import deepcopy

import peft
import pytest
import torch
from safetensors.torch import load_file

from core.errors import GlassboxError
from core.memory.adapter_step import Adapter
from core.memory.lora.adapter_file import (
    adapter_tensors,
    predicted_bytes,
    put_into,
    read_adapter,
    write_adapter,
)
from core.memory.lora.by_hand import add_adapters, add_biases
from core.memory.lora.low_rank import add_updates, update_matrix
from core.memory.lora.merging import merge, merged_rounding, unmerge
from core.memory.lora.virtual_tokens import prefix_start, prompt_start

IDS = torch.tensor([[5, 9, 17, 40, 3, 77]])
RANK, ALPHA = 3, 6.0


@pytest.fixture
def model(tiny_module):
    return deepcopy(tiny_module)


def learned(updates) -> None:
    """B is zero at first; here it is as if trained."""
    generator = torch.Generator().manual_seed(1)
    for layer in updates.values():
        layer.b.data = 0.2 * torch.randn(layer.b.shape, generator=generator)


def through_peft(tiny_module, tensors):
    config = peft.LoraConfig(
        r=RANK, lora_alpha=ALPHA, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"
    )
    wrapped = peft.get_peft_model(deepcopy(tiny_module), config).eval()
    peft.set_peft_model_state_dict(wrapped, tensors)
    return wrapped


def test_at_first_the_model_is_the_one_it_was(model, tiny_module):
    updates = add_updates(model, RANK, ALPHA)
    assert torch.equal(model(IDS).logits, tiny_module(IDS).logits)
    trained = [value for value in model.parameters() if value.requires_grad]
    assert sum(value.numel() for value in trained) == 2 * RANK * ((32 + 32) + (32 + 16))
    assert list(updates) == [f"model.layers.{n}.self_attn.{m}" for n in (0, 1) for m in ("q_proj", "v_proj")]


def test_outputs_and_gradients_are_pefts(model, tiny_module):
    updates = add_updates(model, RANK, ALPHA)
    learned(updates)
    theirs = through_peft(tiny_module, adapter_tensors(updates))
    assert torch.allclose(model(IDS).logits, theirs(IDS).logits, atol=1e-5)
    model(IDS, labels=IDS).loss.backward()
    theirs(input_ids=IDS, labels=IDS).loss.backward()
    for name, layer in updates.items():
        peer = theirs.base_model.model.get_submodule(name)
        assert torch.allclose(layer.a.grad, peer.lora_A["default"].weight.grad, atol=1e-5)
        assert torch.allclose(layer.b.grad, peer.lora_B["default"].weight.grad, atol=1e-5)
        assert torch.allclose(layer.update(), peer.get_delta_weight("default"), atol=1e-6)
        assert layer.base.weight.grad is None


def test_merged_is_unmerged_and_can_be_taken_back(model, tiny_module):
    updates = add_updates(model, RANK, ALPHA)
    learned(updates)
    with torch.no_grad():
        beside = model(IDS).logits
        merge(model, updates)
        assert not any("LowRank" in type(module).__name__ for module in model.modules())
        assert torch.allclose(model(IDS).logits, beside, atol=1e-5)
        theirs = through_peft(tiny_module, adapter_tensors(updates)).merge_and_unload()
        assert torch.allclose(model(IDS).logits, theirs(IDS).logits, atol=1e-5)
        assert not torch.allclose(beside, tiny_module(IDS).logits, atol=1e-2)
        unmerge(model, updates)
        assert torch.allclose(model(IDS).logits, beside, atol=1e-5)
        for name, layer in updates.items():
            assert torch.allclose(layer.base.weight, tiny_module.get_submodule(name).weight, atol=1e-6)


def test_the_file_has_the_predicted_size_and_pefts_content(model, tiny_module, tmp_path):
    updates = add_updates(model, RANK, ALPHA)
    learned(updates)
    tensors = adapter_tensors(updates)
    write_adapter(tmp_path / "own.safetensors", tensors)
    size = (tmp_path / "own.safetensors").stat().st_size
    assert predicted_bytes({name: value.shape for name, value in tensors.items()}) == size
    through_peft(tiny_module, tensors).save_pretrained(tmp_path)
    saved = tmp_path / "adapter_model.safetensors"
    assert saved.stat().st_size == size
    assert {name: value.tolist() for name, value in load_file(saved).items()} == {
        name: value.tolist() for name, value in tensors.items()
    }


def test_going_on_from_a_file_is_the_model_that_was_saved(model, tiny_module, tmp_path):
    updates = add_updates(model, RANK, ALPHA)
    learned(updates)
    write_adapter(tmp_path / "one.safetensors", adapter_tensors(updates))
    again = deepcopy(tiny_module)
    put_into(add_updates(again, RANK, ALPHA), read_adapter(tmp_path / "one.safetensors"))
    assert torch.equal(again(IDS).logits, model(IDS).logits)


def test_what_cannot_be_is_refused(model, tiny_module, tmp_path):
    with pytest.raises(GlassboxError):
        add_updates(model, 17, ALPHA)  # values have 16 outputs
    with pytest.raises(GlassboxError):
        add_updates(deepcopy(tiny_module), 1, ALPHA, targets=("nothing",))
    other = add_updates(deepcopy(tiny_module), 2, ALPHA)
    with pytest.raises(GlassboxError):
        put_into(other, adapter_tensors(add_updates(deepcopy(tiny_module), 3, ALPHA)))
    (tmp_path / "broken.safetensors").write_bytes(b"no such thing")
    for name in ("broken", "missing"):
        with pytest.raises(GlassboxError):
            read_adapter(tmp_path / f"{name}.safetensors")


def test_an_update_has_its_rank():
    torch.manual_seed(0)
    update = update_matrix(torch.randn(3, 20), torch.randn(12, 3), alpha=6)
    assert int(torch.linalg.matrix_rank(update)) == 3


def test_rounding_by_hand():
    """bfloat16 has 8 significant bits: next to 1 the numbers stand 1/128 apart."""
    weight, update = torch.ones(1, 2), torch.tensor([[1 / 512, 1 / 64]])
    found = merged_rounding(weight, update, torch.bfloat16)
    assert found.untouched == 0.5
    assert found.lost == pytest.approx((1 / 512) / (1 / 512**2 + 1 / 64**2) ** 0.5, rel=1e-5)
    assert merged_rounding(weight, update, torch.float32).lost == 0


def test_what_is_put_in_by_hand_changes_nothing_at_first(model, tiny_module):
    expected = tiny_module(IDS).logits
    add_biases(model)
    assert torch.equal(model(IDS).logits, expected)
    widths = 32 + 16 + 16 + 32 + 48 + 48 + 32
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == 2 * widths
    with_adapters = deepcopy(tiny_module)
    add_adapters(with_adapters, 5)
    assert torch.equal(with_adapters(IDS).logits, expected)
    assert sum(isinstance(module, Adapter) for module in with_adapters.modules()) == 4
    assert sum(p.numel() for p in with_adapters.parameters() if p.requires_grad) == 4 * (2 * 5 * 32 + 5 + 32)


@pytest.mark.parametrize("method", ["prompt", "prefix"])
def test_virtual_tokens_that_start_as_words_are_these_words(model, tiny_module, method):
    words = [11, 60, 23, 8]
    virtual = {"num_virtual_tokens": 4, "task_type": "CAUSAL_LM"}
    start = (prompt_start if method == "prompt" else prefix_start)(model, words)
    config = peft.PromptTuningConfig(**virtual) if method == "prompt" else peft.PrefixTuningConfig(**virtual)
    wrapped = peft.get_peft_model(model, config).eval()
    wrapped.prompt_encoder["default"].embedding.weight.data.copy_(start)
    with torch.no_grad():
        found = wrapped(input_ids=IDS, attention_mask=torch.ones_like(IDS)).logits[:, -IDS.shape[1] :]
        expected = tiny_module(torch.cat([torch.tensor([words]), IDS], 1)).logits[:, 4:]
    assert torch.allclose(found, expected, atol=1e-4)
