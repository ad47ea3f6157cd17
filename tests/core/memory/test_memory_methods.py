"""Trainable parameters of every method, against peft's own models."""

import pytest

from core.errors import GlassboxError
from core.memory.config_json import architecture_from
from core.memory.meta_device import meta_model
from core.memory.methods import Method
from core.memory.presets import preset, presets
from core.memory.trained import saved_numbers, trainable_parameters

CAUSAL = ("smollm2-135m", "qwen2.5-0.5b", "gpt2")


def trained_by_peft(name: str, config) -> int:
    import peft

    model = peft.get_peft_model(meta_model(presets()[name].config), config)
    # AdaLoRA's number of live ranks is a counter, which a change of format marks as trainable by accident.
    named = model.named_parameters()
    return sum(p.numel() for name, p in named if p.requires_grad and "ranknum" not in name)


@pytest.mark.parametrize("rank", [1, 8, 64])
@pytest.mark.parametrize(
    ("name", "targets", "modules"),
    [
        ("smollm2-135m", ("q", "v"), ["q_proj", "v_proj"]),
        ("smollm2-135m", ("all",), "all-linear"),
        ("llama-2-70b", ("q", "k", "v", "o"), ["q_proj", "k_proj", "v_proj", "o_proj"]),
        ("gpt2", ("q",), ["c_attn"]),
        ("minilm-l6", ("q", "v"), ["query", "value"]),
        ("bloom-560m", ("q", "o"), ["query_key_value", "self_attention.dense"]),
        ("t5-small", ("q", "v", "cross_q", "cross_v"), ["q", "v"]),
    ],
)
def test_lora(name: str, targets: tuple[str, ...], modules, rank: int):
    from peft import LoraConfig

    config = LoraConfig(r=rank, target_modules=modules)
    assert trained_by_peft(name, config) == trainable_parameters(
        preset(name), Method("lora", rank=rank, targets=targets)
    )


def test_adalora_adds_the_singular_values():
    from peft import AdaLoraConfig

    config = AdaLoraConfig(init_r=12, target_r=8, total_step=10, target_modules=["q_proj", "v_proj"])
    ours = trainable_parameters(preset("smollm2-135m"), Method("adalora", rank=12))
    assert trained_by_peft("smollm2-135m", config) == ours


@pytest.mark.parametrize(
    ("name", "modules", "narrow"),
    [
        ("smollm2-135m", ["k_proj", "v_proj", "down_proj"], ["down_proj"]),
        ("gpt2", ["c_attn", "mlp.c_proj"], ["mlp.c_proj"]),
    ],
)
def test_ia3(name: str, modules: list[str], narrow: list[str]):
    from peft import IA3Config

    config = IA3Config(target_modules=modules, feedforward_modules=narrow)
    assert trained_by_peft(name, config) == trainable_parameters(preset(name), Method("ia3"))


@pytest.mark.parametrize("name", CAUSAL)
def test_prompt_prefix_and_p_tuning(name: str):
    from peft import PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig

    def ours(**settings) -> int:
        return trainable_parameters(preset(name), Method(tokens=7, **settings))

    common = {"num_virtual_tokens": 7, "task_type": "CAUSAL_LM"}
    assert trained_by_peft(name, PromptTuningConfig(**common)) == ours(name="prompt")
    assert trained_by_peft(name, PrefixTuningConfig(**common)) == ours(name="prefix")
    assert trained_by_peft(name, PromptEncoderConfig(**common, encoder_hidden_size=48)) == ours(
        name="p-tuning", hidden=48
    )
    projected = PrefixTuningConfig(**common, prefix_projection=True, encoder_hidden_size=48)
    assert trained_by_peft(name, projected) == ours(name="prefix", projection=True, hidden=48)


def test_adapters_as_a_torch_module():
    """2 d m + d + m numbers, twice a block (Houlsby et al. 2019, section 2.1)."""
    import torch
    from torch import nn

    with torch.device("meta"):
        bottleneck = nn.Sequential(nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 576))
    each = sum(p.numel() for p in bottleneck.parameters())
    assert trainable_parameters(preset("smollm2-135m"), Method("adapter", hidden=64)) == 30 * 2 * each


def test_bitfit_and_freezing_against_the_models_own_names():
    model = meta_model(presets()["minilm-l6"].config)
    biases = sum(
        p.numel() for name, p in model.named_parameters() if name.endswith("bias") and "pooler" not in name
    )
    assert trainable_parameters(preset("minilm-l6"), Method("bitfit")) == biases
    last_two = sum(
        p.numel() for name, p in model.named_parameters() if "layer.4." in name or "layer.5." in name
    )
    assert trainable_parameters(preset("minilm-l6"), Method("freeze", layers=2)) == last_two
    every = sum(p.numel() for p in model.parameters())
    assert trainable_parameters(preset("minilm-l6"), Method("full")) == every


def test_a_saved_adapter_holds_what_was_counted(tmp_path):
    """The file of safetensors: its tensors are the numbers, a header of a few kilobytes comes on top."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    config = {
        "vocab_size": 64,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
    }
    torch.manual_seed(0)
    model = get_peft_model(
        LlamaForCausalLM(LlamaConfig(**config)), LoraConfig(r=4, target_modules=["q_proj", "v_proj"])
    )
    model.save_pretrained(tmp_path)
    architecture = architecture_from({**config, "model_type": "llama"})
    numbers = saved_numbers(architecture, Method("lora", rank=4))
    size = (tmp_path / "adapter_model.safetensors").stat().st_size
    assert 4 * numbers < size < 4 * numbers + 200 * 2 * 4


@pytest.mark.parametrize(
    ("name", "method", "part"),
    [
        ("smollm2-135m", Method("lora", rank=200), "Rank 200 is above what v_proj"),
        ("smollm2-135m", Method("lora", targets=("wq",)), "no matrix wq"),
        ("smollm2-135m", Method("lora", targets=()), "no matrix -"),
        ("smollm2-135m", Method("lora", rank=0), "rank is 0"),
        ("smollm2-135m", Method("bitfit"), "has no biases"),
        ("smollm2-135m", Method("freeze", layers=31), "the model has 30"),
        ("smollm2-135m", Method("freeze", layers=0), "0 trained blocks"),
        ("t5-small", Method("prefix"), "no place for peft's prefixes"),
        ("gpt2", Method("sorcery"), "choose one of inference"),
    ],
)
def test_what_cannot_be_is_refused(name: str, method: Method, part: str):
    from core.memory.methods import check_method

    with pytest.raises(GlassboxError, match=part):
        check_method(preset(name), method)
