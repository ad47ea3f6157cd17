"""A shelf model made ready for one way of tuning, by transformers and peft as everyone uses them."""

import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from core.errors import GlassboxError
from core.memory.layout import layout
from core.memory.methods import targeted
from core.memory.modules import Block
from core.memory.plan import Plan
from core.shelf.convert import converted_folder
from core.shelf.offline import prepare_libraries
from core.shelf.weights import verified_file

FORMATS = {"fp32": torch.float32, "bf16": torch.bfloat16}
SCHEDULE = 1000
"""Steps that AdaLoRA is told to expect: the one measured is the first, before any rank is cut."""


def open_for_training(plan: Plan) -> nn.Module:
    """The plan's model with fresh weights of its own, as published, in training mode.

    Raises:
        GlassboxError: the shelf's file is not in order.
    """
    prepare_libraries()
    from transformers import AutoModelForCausalLM, BertModel
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    name = plan.architecture.name
    kind, folder = (
        (BertModel, verified_file(name).parent)
        if plan.architecture.is_encoder
        else (AutoModelForCausalLM, converted_folder(name))
    )
    model: nn.Module = kind.from_pretrained(
        folder,
        dtype=FORMATS[plan.precision.weights],
        attn_implementation=_attention(plan),
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
    )
    for parameter in model.parameters():
        parameter.data = parameter.data.clone()  # out of the mapped file, each with a storage of its own
    return model.train()


def tuned(model: nn.Module, plan: Plan, **schedule: int) -> nn.Module:
    """The model with what the method trains, checkpointing switched on before peft wraps it.

    Args:
        model: as `open_for_training` returned it.
        plan: whose method it is.
        schedule: what AdaLoRA's configuration is to have beside rank and targets.
    """
    if plan.checkpointing == "full":
        model.gradient_checkpointing_enable()  # type: ignore[operator]
    method = plan.method
    if method.name in ("full", "freeze", "bitfit"):
        trained = {
            "full": lambda name: True,
            "freeze": lambda name: _block_of(name) >= plan.architecture.layers - method.layers,
            "bitfit": lambda name: name.endswith("bias") and "pooler" not in name,
        }[method.name]
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(trained(name))
        return model
    import peft

    with warnings.catch_warnings():
        # peft asks transformers for attributes that a later version will rename: nothing for a reader.
        warnings.simplefilter("ignore", FutureWarning)
        return peft.get_peft_model(model, _peft_config(model, plan, schedule))


def blocks_of(model: nn.Module) -> list[nn.Module]:
    """The model's Transformer blocks, the first first, whatever peft has put around them."""
    (blocks,) = [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.ModuleList) and name.endswith(("model.layers", "encoder.layer"))
    ]
    return list(blocks)


def _attention(plan: Plan) -> str:
    if plan.checkpointing == "selective":
        return _checkpointed_attention(plan)
    return "sdpa" if plan.attention == "flash" else "eager"


def _checkpointed_attention(plan: Plan) -> str:
    """Registers attention inside torch's own checkpoint: only queries, keys and values stay.

    Source: Korthikanti et al. 2022, section 5, selective activation recomputation.
    """
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface, eager_mask, sdpa_mask

    fused = plan.attention == "flash"
    attend = _attend_fused() if fused else _attend_eagerly(plan)

    def remade(
        module: nn.Module, query: Any, key: Any, value: Any, attention_mask: Any, **options: Any
    ) -> Any:
        def inside(query: Any, key: Any, value: Any) -> Any:
            return attend(module, query, key, value, attention_mask, **options)

        return checkpoint(inside, query, key, value, use_reentrant=False)

    # A name with "flash" in it would be looked for as a kernel of that name.
    name = f"remade_{plan.architecture.family}_{'fused' if fused else 'plain'}"
    AttentionInterface.register(name, remade)
    AttentionMaskInterface.register(name, sdpa_mask if fused else eager_mask)
    return name


def _attend_fused() -> Any:
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    return sdpa_attention_forward


def _attend_eagerly(plan: Plan) -> Any:
    from transformers.models.bert import modeling_bert
    from transformers.models.llama import modeling_llama

    return (modeling_bert if plan.architecture.is_encoder else modeling_llama).eager_attention_forward


def _peft_config(model: nn.Module, plan: Plan, schedule: dict[str, int]) -> Any:
    import peft

    method = plan.method
    task = "FEATURE_EXTRACTION" if plan.architecture.is_encoder else "CAUSAL_LM"
    virtual = {"num_virtual_tokens": method.tokens, "task_type": task}
    if method.name == "prompt":
        return peft.PromptTuningConfig(**virtual)
    if method.name == "prefix":
        return peft.PrefixTuningConfig(**virtual)
    if method.name == "p-tuning":
        return peft.PromptEncoderConfig(**virtual, encoder_hidden_size=method.hidden)
    (block,) = layout(plan.architecture).blocks
    names = sorted(_targets(model, plan, block))
    common = {"target_modules": names, "task_type": task}
    if method.name == "ia3":
        narrow = [name for name in names if name.endswith(_narrow(block))]
        return peft.IA3Config(**common, feedforward_modules=narrow)
    low_rank = {**common, "lora_alpha": method.alpha, "lora_dropout": method.dropout}
    if method.name == "lora":
        return peft.LoraConfig(r=method.rank, **low_rank)
    return peft.AdaLoraConfig(
        init_r=method.rank,
        **{"total_step": SCHEDULE, "target_r": max(method.rank * 2 // 3, 1), **schedule},
        **low_rank,
    )


def _targets(model: nn.Module, plan: Plan, block: Block) -> Iterator[str]:
    """Full names of the matrices that the plan adds to: `output.dense` is not attention's own."""
    wanted = {module.name for module in targeted(plan.architecture, plan.method, block)}
    known = {module.name for module in block.modules}
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and _block_of(name) >= 0:
            fitting = max((own for own in known if name.endswith(f".{own}")), key=len)
            if fitting in wanted:
                yield name


def _narrow(block: Block) -> str:
    return block.module("down").name


def _block_of(name: str) -> int:
    """The number of the block that a parameter or module belongs to; -1 outside them."""
    return next((int(part) for part in name.split(".") if part.isdigit()), -1)


def base_parameters(model: nn.Module) -> set[int]:
    """Identities of the model's own parameters, taken before anything is added."""
    return {id(parameter) for parameter in model.parameters()}


def optimizer_of(plan: Plan, model: nn.Module) -> torch.optim.Optimizer:
    """The plan's optimizer as torch has it, over what is trained.

    Raises:
        GlassboxError: torch has no such optimizer.
    """
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if plan.optimizer == "adamw":
        return torch.optim.AdamW(trained, lr=1e-4)
    if plan.optimizer == "adafactor":
        return torch.optim.Adafactor(trained, lr=1e-4)
    if plan.optimizer in ("sgd", "sgd-momentum"):
        momentum = 0.9 if plan.optimizer == "sgd-momentum" else 0.0
        return torch.optim.SGD(trained, lr=1e-4, momentum=momentum)
    raise GlassboxError(
        "memory.check.error.choice", name="optimizer", value=plan.optimizer, known="adamw, sgd, adafactor"
    )
