"""A second count: the model as transformers builds it, on torch's meta device, without its weights.

A tensor on the meta device has a shape and a format but no storage, so that a model of 671 billion
parameters is built in seconds. This module imports torch; predicting does not.
"""

from collections.abc import Mapping
from typing import Any

from core.errors import GlassboxError

HEADS = ("llama", "mistral", "mixtral", "qwen2", "qwen3", "qwen3_moe", "deepseek_v3", "gpt2", "bloom")
"""Families whose published form ends in a language-model head."""
UNKNOWN_TO_TRANSFORMERS = ("gpt3", "chatglm", "baichuan", "smollm2")
"""Known here from their published code alone."""


def counted_on_meta_device(config: Mapping[str, Any]) -> int:
    """Parameters of the model that transformers builds from a config.json, shared ones counted once.

    Raises:
        GlassboxError: transformers has no such architecture.
    """
    return sum(parameter.numel() for parameter in meta_model(config).parameters())


def meta_model(config: Mapping[str, Any]) -> Any:
    """The model itself, on the meta device.

    Raises:
        GlassboxError: transformers has no such architecture.
    """
    import torch
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, T5ForConditionalGeneration

    family = str(config.get("model_type"))
    if family not in (*HEADS, "bert", "t5"):
        raise GlassboxError("memory.predict.error.no_meta", family=family[:40])
    fields = {name: value for name, value in config.items() if name != "model_type"}
    if family == "gpt2":
        fields |= {"bos_token_id": 0, "eos_token_id": 0}
    loaded = AutoConfig.for_model(family, **fields)
    with torch.device("meta"):
        if family == "t5":
            return T5ForConditionalGeneration(loaded)
        return (AutoModelForCausalLM if family in HEADS else AutoModel).from_config(loaded)
