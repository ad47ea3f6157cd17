"""What autograd keeps, predicted, against what it kept in a real forward pass, byte for byte.

Counted through `saved_tensors_hooks`: storages once each, parameters and buffers left out.
"""

import itertools

import pytest
import torch

from core.memory.config_json import architecture_from
from core.memory.methods import Method
from core.memory.plan import Plan
from core.memory.precision import precision
from core.memory.predict import predict
from core.memory.presets import preset
from core.memory.tape import Tape, Value, activation, matrix_product

LLAMA = {
    "model_type": "llama",
    "vocab_size": 100,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "tie_word_embeddings": True,
}
BERT = {
    "model_type": "bert",
    "vocab_size": 100,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "max_position_embeddings": 64,
}
GPT2 = {"model_type": "gpt2", "vocab_size": 100, "n_embd": 48, "n_layer": 3, "n_head": 6, "n_positions": 64}
CONFIGS = {"llama": LLAMA, "bert": BERT, "gpt2": GPT2}
TARGETS = {"llama": ["q_proj", "v_proj"], "bert": ["query", "value"], "gpt2": ["c_attn"]}


def kept_bytes(model, forward) -> int:
    """Bytes of the distinct storages that `forward` leaves for the backward pass."""
    own = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    held = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            held.setdefault(storage.data_ptr(), (storage.nbytes(), tensor))
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = forward()
    total = sum(size for size, _ in held.values())
    del result
    return total


def tiny_model(family: str, attention: str):
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

    torch.manual_seed(0)
    fields = {name: value for name, value in CONFIGS[family].items() if name != "model_type"}
    if family == "gpt2":
        fields |= {"bos_token_id": 0, "eos_token_id": 0}
    config = AutoConfig.for_model(family, **fields)
    kind = AutoModel if family == "bert" else AutoModelForCausalLM
    return kind.from_config(config, attn_implementation="sdpa" if attention == "flash" else "eager").train()


def tuned(model, family: str, method):
    """The model with what the method trains."""
    import peft

    task = None if family == "bert" else "CAUSAL_LM"
    prompts = {"num_virtual_tokens": method.tokens, "task_type": task}
    if method.name in ("lora", "adalora"):
        common = {
            "target_modules": "all-linear" if method.targets == ("all",) else TARGETS[family],
            "task_type": task,
        }
        if method.targets == ("all",):
            common["exclude_modules"] = ".*pooler.*"
        if method.name == "lora":
            return peft.get_peft_model(
                model, peft.LoraConfig(r=method.rank, lora_dropout=method.dropout, **common)
            )
        return peft.get_peft_model(model, peft.AdaLoraConfig(init_r=method.rank, total_step=9, **common))
    if method.name == "ia3":
        modules = ["k_proj", "v_proj", "down_proj"]
        config = peft.IA3Config(target_modules=modules, feedforward_modules=modules[2:], task_type=task)
        return peft.get_peft_model(model, config)
    if method.name == "prompt":
        return peft.get_peft_model(model, peft.PromptTuningConfig(**prompts))
    if method.name == "prefix":
        return peft.get_peft_model(model, peft.PrefixTuningConfig(**prompts))
    if method.name == "p-tuning":
        config = peft.PromptEncoderConfig(encoder_hidden_size=method.hidden, **prompts)
        return peft.get_peft_model(model, config)
    if method.name == "freeze":
        blocks = range(3 - method.layers, 3)
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(any(f".{index}." in name for index in blocks))
    if method.name == "bitfit":
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name.endswith("bias") and "pooler" not in name)
    return model


def real_step(
    family: str, method, dtype: str, checkpointing: str, attention: str, batch: int, length: int
) -> int:
    """Bytes kept by one real forward pass of a tiny model on the CPU."""
    model = tiny_model(family, attention)
    if dtype == "bf16":
        model = model.bfloat16()
    if checkpointing == "full":
        model.gradient_checkpointing_enable()
    model = tuned(model, family, method)
    ids = torch.randint(0, 100, (batch, length))

    def forward():
        with torch.autocast("cpu", torch.bfloat16, enabled=dtype == "autocast-bf16"):
            if family == "bert":
                return model(input_ids=ids).last_hidden_state.float().sum()
            caching = {} if method.name == "prefix" else {"use_cache": False}
            return model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=ids, **caching).loss

    return kept_bytes(model, forward)


def predicted(
    family: str, method: Method, dtype: str, checkpointing: str, attention: str, batch: int, length: int
) -> int:
    plan = Plan(
        architecture_from(CONFIGS[family]),
        method,
        precision(dtype),
        batch=batch,
        length=length,
        checkpointing=checkpointing,
        attention=attention,
        processor="cpu",
    )
    return predict(plan).saved_bytes


METHODS = {
    "llama": (
        Method("full"),
        Method("freeze", layers=1),
        Method("lora", rank=3),
        Method("lora", rank=3, targets=("all",)),
        Method("lora", rank=3, dropout=0.1),
        Method("adalora", rank=3),
        Method("ia3"),
        Method("prompt", tokens=4),
        Method("p-tuning", tokens=4, hidden=10),
    ),
    "bert": (
        Method("full"),
        Method("freeze", layers=1),
        Method("bitfit"),
        Method("lora", rank=3),
        Method("lora", rank=3, targets=("all",), dropout=0.1),
    ),
    "gpt2": (Method("full"), Method("lora", rank=3, targets=("q",)), Method("bitfit")),
}
DTYPES = ("fp32", "bf16", "autocast-bf16")
CASES = [
    (family, method, dtype, checkpointing, attention)
    for family, methods in METHODS.items()
    for method, dtype, (checkpointing, attention) in itertools.product(
        methods, DTYPES, (("none", "flash"), ("none", "eager"), ("full", "flash"))
    )
]


@pytest.mark.parametrize(
    ("family", "method", "dtype", "checkpointing", "attention"),
    CASES,
    ids=lambda value: "-".join((value.name, *value.targets)) if isinstance(value, Method) else str(value),
)
def test_every_byte_of_a_tiny_step(
    family: str, method: Method, dtype: str, checkpointing: str, attention: str
):
    """Equal but for single numbers (a count, a rank) and a position table: under 0.4 % of so small a step."""
    real = real_step(family, method, dtype, checkpointing, attention, batch=2, length=16)
    ours = predicted(family, method, dtype, checkpointing, attention, batch=2, length=16)
    assert ours == pytest.approx(real, rel=0.004)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_prefix_lengthens_keys_and_values_and_brings_a_mask(dtype: str):
    method = Method("prefix", tokens=4)
    real = real_step("llama", method, dtype, "none", "flash", batch=3, length=12)
    assert predicted("llama", method, dtype, "none", "flash", batch=3, length=12) == pytest.approx(
        real, rel=0.002
    )


@pytest.mark.parametrize("method", [Method("full"), Method("lora", rank=3)], ids=lambda method: method.name)
def test_selective_checkpointing_is_attention_in_a_checkpoint(method: Method):
    """The attention function in torch's own checkpoint: queries, keys and values stay, nothing else."""
    from torch.utils.checkpoint import checkpoint
    from transformers import AttentionInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    def checkpointed(module, query, key, value, attention_mask, **options):
        return checkpoint(
            lambda q, k, v: sdpa_attention_forward(module, q, k, v, attention_mask, **options),
            query,
            key,
            value,
            use_reentrant=False,
        )

    AttentionInterface.register("checkpointed_sdpa", checkpointed)
    model = tuned(tiny_model("llama", "flash"), "llama", method)
    model.config._attn_implementation = "checkpointed_sdpa"
    ids = torch.randint(0, 100, (2, 16))
    real = kept_bytes(model, lambda: model(input_ids=ids, labels=ids, use_cache=False).loss)
    ours = predicted("llama", method, "fp32", "selective", "flash", 2, 16)
    assert ours == pytest.approx(real, rel=0.004)


def test_an_adapter_keeps_what_torch_keeps_of_one():
    """peft has no such adapters: one bottleneck by itself, its input being the matrix product before it."""
    from torch import nn

    torch.manual_seed(0)
    bottleneck = nn.Sequential(nn.Linear(48, 8), nn.ReLU(), nn.Linear(8, 48))
    rows = torch.randn(2, 16, 48, requires_grad=True)
    real = kept_bytes(bottleneck, lambda: bottleneck(rows))
    tape = Tape(compute=4)
    low = matrix_product(tape, "adapter", Value(2 * 16 * 48, 4, True), (8, 48), trained=True)
    matrix_product(tape, "adapter_up", activation(tape, low, "relu"), (48, 8), trained=True)
    assert tape.total() == real


OTHERS = {
    "qwen3": {**{name: value for name, value in LLAMA.items() if name != "model_type"}, "head_dim": 12},
    "mistral": {name: value for name, value in LLAMA.items() if name != "model_type"},
    "bloom": {"hidden_size": 48, "n_layer": 3, "n_head": 6, "vocab_size": 100},
    "t5": {"d_model": 48, "num_layers": 2, "num_heads": 6, "d_kv": 8, "d_ff": 80, "vocab_size": 100},
    "mixtral": {
        **{name: value for name, value in LLAMA.items() if name != "model_type"},
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
    },
}


@pytest.mark.parametrize("method", ["full", "lora"])
@pytest.mark.parametrize("family", OTHERS)
def test_the_other_families(family: str, method: str):
    """A mixture's rows are sorted by expert through tables of numbers, which are not predicted: 2.5 %."""
    import peft
    from transformers import AutoConfig, AutoModelForCausalLM, T5ForConditionalGeneration

    torch.manual_seed(0)
    more = {"decoder_start_token_id": 0, "pad_token_id": 0} if family == "t5" else {}
    config = AutoConfig.for_model(family, **OTHERS[family], **more)
    if family == "t5":
        model = T5ForConditionalGeneration(config)
    else:
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    model.train()
    if method == "lora":
        names = {"bloom": ["query_key_value"], "t5": ["q", "v"]}.get(family, ["q_proj", "v_proj"])
        model = peft.get_peft_model(model, peft.LoraConfig(r=3, target_modules=names))
    ids = torch.randint(0, 100, (2, 16))
    real = kept_bytes(model, lambda: model(input_ids=ids, labels=ids, use_cache=False).loss)
    targets = ("q", "v", "cross_q", "cross_v") if family == "t5" else ("q", "v")
    plan = Plan(
        architecture_from({"model_type": family, **OTHERS[family]}),
        Method(method, rank=3, targets=targets),
        precision("fp32"),
        batch=2,
        length=16,
        attention="eager",
        processor="cpu",
    )
    assert predict(plan).saved_bytes == pytest.approx(real, rel=0.025 if family == "mixtral" else 0.006)


@pytest.mark.real_model
@pytest.mark.parametrize("method", [Method("full"), Method("lora", rank=8)], ids=lambda method: method.name)
def test_a_real_step_of_smollm2(smollm2, method: Method):
    model = smollm2.module
    was = [parameter.requires_grad for parameter in model.parameters()]
    if method.name == "full":
        model.requires_grad_(True)
    else:
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
    ids = torch.randint(0, 49152, (1, 64))
    try:
        real = kept_bytes(model, lambda: model(input_ids=ids, labels=ids, use_cache=False).loss)
    finally:
        if method.name == "lora":
            model.unload()
        for parameter, wanted in zip(smollm2.module.parameters(), was, strict=True):
            parameter.requires_grad_(wanted)
    plan = Plan(preset("smollm2-135m"), method, precision("fp32"), length=64, processor="cpu")
    assert predict(plan).saved_bytes == pytest.approx(real, rel=0.004)
