"""From a config.json, the file that every published model carries, to an `Architecture`."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from core.command_line import LARGEST_SETTINGS_FILE
from core.errors import GlassboxError
from core.memory.architecture import Architecture, Experts, LatentAttention, checked
from core.memory.config_fields import Fields
from core.memory.layout import layout

MOST_PARAMETERS = 10**14
"""A hundred trillion, a hundred times the largest published model: more is a slip of the keyboard."""


def read_config(text: str, name: str = "config.json") -> Architecture:
    """The architecture that the text of a config.json describes.

    Raises:
        GlassboxError: not JSON, not a config, an unknown architecture, or sizes that cannot be; the
            message names what is missing.
    """
    return architecture_from(decoded_config(text), name)


def decoded_config(text: str) -> dict[str, Any]:
    """The JSON object in `text`.

    Raises:
        GlassboxError: too long, nested too deep, not JSON (NaN is none), or no object.
    """
    if len(text) > LARGEST_SETTINGS_FILE:
        raise GlassboxError("memory.predict.error.too_long", most=LARGEST_SETTINGS_FILE)
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise GlassboxError("memory.predict.error.nested") from error
    except ValueError as error:
        raise GlassboxError("memory.predict.error.not_json") from error
    if not isinstance(value, dict):
        raise GlassboxError("memory.predict.error.not_object")
    return value


def architecture_from(config: Mapping[str, Any], name: str = "") -> Architecture:
    """The architecture that the decoded config describes.

    Raises:
        GlassboxError: as `read_config`.
    """
    family = config.get("model_type")
    if not isinstance(family, str) or not family:
        raise GlassboxError("memory.predict.error.no_family", known=", ".join(sorted(READERS)))
    if family not in READERS:
        raise GlassboxError(
            "memory.predict.error.unknown_family", family=family[:40], known=", ".join(sorted(READERS))
        )
    architecture = checked(READERS[family](Fields(config, family), name or family))
    parameters = layout(architecture).parameters
    if parameters > MOST_PARAMETERS:
        raise GlassboxError(
            "memory.predict.error.parameters",
            parameters=f"{float(parameters):.1e}",
            most=MOST_PARAMETERS / 1e12,
        )
    return architecture


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _shape(fields: Fields, name: str) -> dict[str, Any]:
    """What all configs have, under any of the usual names."""
    width = fields.size("hidden_size", "n_embd", "d_model")
    heads = fields.size("num_attention_heads", "n_head", "num_heads")
    return {
        "name": name,
        "family": fields.family,
        "width": width,
        "layers": fields.size("num_hidden_layers", "n_layer", "num_layers"),
        "heads": heads,
        "key_value_heads": heads,
        "head_width": fields.head_width(width, heads),
        "vocabulary": fields.size("vocab_size", "padded_vocab_size"),
    }


def _llama(fields: Fields, name: str, **more: Any) -> Architecture:
    shape = _shape(fields, name)
    bias = fields.flag("attention_bias", fields.family == "qwen2")
    only_projections = fields.family == "qwen2"
    sliding = fields.family in ("mistral", "mixtral") or fields.flag("use_sliding_window", False)
    built = {
        **shape,
        "names": "llama",
        "key_value_heads": fields.size("num_key_value_heads", default=shape["heads"]),
        "feed_forward": fields.size("intermediate_size"),
        "context": fields.size("max_position_embeddings", default=0, least=0),
        "tied": fields.flag("tie_word_embeddings", False),
        "query_key_value_bias": bias,
        "bias": False,
        "window": fields.size("sliding_window", default=0, least=0) if sliding else 0,
        "attention_dropout": fields.share("attention_dropout", 0.0),
        "query_key_norm": fields.family.startswith("qwen3"),
    }
    if (bias and not only_projections) or fields.flag("mlp_bias", False):
        # An output or feed-forward bias in this family is published nowhere: refused, not guessed.
        raise GlassboxError("memory.predict.error.bias", family=fields.family)
    return Architecture(**{**built, **more})


def _mixture(fields: Fields, name: str) -> Architecture:
    """Mixtral and Qwen3's mixtures: every block has experts."""
    qwen = fields.family == "qwen3_moe"
    experts = Experts(
        count=fields.size("num_experts" if qwen else "num_local_experts"),
        per_token=fields.size("num_experts_per_tok"),
        width=fields.size("moe_intermediate_size" if qwen else "intermediate_size"),
    )
    return _llama(fields, name, experts=experts)


def _deepseek(fields: Fields, name: str) -> Architecture:
    latent = LatentAttention(
        query_rank=fields.size("q_lora_rank", default=0, least=0),
        key_value_rank=fields.size("kv_lora_rank"),
        plain_width=fields.size("qk_nope_head_dim"),
        rotary_width=fields.size("qk_rope_head_dim"),
        value_width=fields.size("v_head_dim"),
    )
    experts = Experts(
        count=fields.size("n_routed_experts"),
        per_token=fields.size("num_experts_per_tok"),
        width=fields.size("moe_intermediate_size"),
        shared=fields.size("n_shared_experts", default=0, least=0),
        dense_layers=fields.size("first_k_dense_replace", default=0, least=0),
    )
    heads = fields.size("num_attention_heads")
    return _llama(fields, name, latent=latent, experts=experts, key_value_heads=heads)


def _gpt2(fields: Fields, name: str) -> Architecture:
    """GPT-2's published code; GPT-3's is not, so its activation is taken as one fused operation."""
    shape = _shape(fields, name)
    rows = fields.size("n_positions", "n_ctx")
    published = fields.family == "gpt2"
    return Architecture(
        **shape,
        names="gpt2" if published else "gpt3",
        feed_forward=fields.size("n_inner", default=4 * shape["width"]),
        context=rows,
        position_rows=rows,
        positions="learned",
        gated=False,
        activation=fields.word("activation_function", "gelu_new" if published else "gelu"),
        layer_norm=True,
        query_key_value_bias=True,
        bias=True,
        tied=fields.flag("tie_word_embeddings", True),
        hidden_dropout=fields.share("resid_pdrop", 0.1),
        attention_dropout=fields.share("attn_pdrop", 0.1),
    )


def _bert(fields: Fields, name: str) -> Architecture:
    rows = fields.size("max_position_embeddings")
    return Architecture(
        **_shape(fields, name),
        names="bert",
        feed_forward=fields.size("intermediate_size"),
        context=rows,
        position_rows=rows,
        positions="learned",
        gated=False,
        activation=fields.word("hidden_act", "gelu"),
        layer_norm=True,
        norm_first=False,
        query_key_value_bias=True,
        bias=True,
        embedding_norm=True,
        token_types=fields.size("type_vocab_size", default=2),
        pooler=True,
        output_layer=False,
        hidden_dropout=fields.share("hidden_dropout_prob", 0.1),
        attention_dropout=fields.share("attention_probs_dropout_prob", 0.1),
    )


def _t5(fields: Fields, name: str) -> Architecture:
    layers = fields.size("num_layers")
    activation = fields.word("feed_forward_proj", "relu")
    heads, width = fields.size("num_heads"), fields.size("d_model")
    return Architecture(
        name=name,
        family=fields.family,
        names="t5",
        width=width,
        layers=layers,
        decoder_layers=fields.size("num_decoder_layers", default=layers),
        heads=heads,
        key_value_heads=heads,
        head_width=fields.size("d_kv"),
        feed_forward=fields.size("d_ff"),
        vocabulary=fields.size("vocab_size"),
        positions="relative",
        relative_buckets=fields.size("relative_attention_num_buckets", default=32),
        gated=activation.startswith("gated"),
        activation="gelu_new" if "gelu" in activation else "relu",
        tied=fields.flag("tie_word_embeddings", True),
        hidden_dropout=fields.share("dropout_rate", 0.1),
        attention_dropout=fields.share("dropout_rate", 0.1),
    )


def _bloom(fields: Fields, name: str) -> Architecture:
    shape = _shape(fields, name)
    return Architecture(
        **shape,
        names="bloom",
        feed_forward=4 * shape["width"],
        positions="alibi",
        gated=False,
        activation="gelu",
        layer_norm=True,
        query_key_value_bias=True,
        bias=True,
        embedding_norm=True,
        tied=fields.flag("tie_word_embeddings", True),
        hidden_dropout=fields.share("hidden_dropout", 0.0),
        attention_dropout=fields.share("attention_dropout", 0.0),
    )


def _chatglm(fields: Fields, name: str) -> Architecture:
    """ChatGLM-6B (LayerNorm, GELU) or, with `multi_query_group_num`, ChatGLM2 and 3 (RMSNorm, SwiGLU)."""
    shape = _shape(fields, name)
    if fields.config.get("multi_query_group_num") is None:
        return Architecture(
            **shape,
            names="chatglm",
            feed_forward=fields.size("inner_hidden_size", default=4 * shape["width"]),
            context=fields.size("max_sequence_length", default=2048),
            gated=False,
            activation="gelu",
            layer_norm=True,
            query_key_value_bias=True,
            bias=True,
            tied=fields.flag("tie_word_embeddings", True),
        )
    return Architecture(
        **{
            **shape,
            "head_width": fields.size("kv_channels", default=shape["head_width"]),
            "key_value_heads": fields.size("multi_query_group_num"),
        },
        names="chatglm2",
        feed_forward=fields.size("ffn_hidden_size"),
        context=fields.size("seq_length", default=0, least=0),
        query_key_value_bias=fields.flag("add_qkv_bias", True),
        tied=fields.flag("tie_word_embeddings", False),
    )


def _baichuan(fields: Fields, name: str) -> Architecture:
    """7B turns queries and keys (RoPE), 13B adds distances to the scores (ALiBi); else they are alike."""
    positions = "alibi" if fields.size("hidden_size") > 4096 else "rotary"
    context = fields.size("max_position_embeddings", "model_max_length", default=4096)
    return _llama(fields, name, names="baichuan", positions=positions, context=context)


READERS: dict[str, Callable[[Fields, str], Architecture]] = {
    **dict.fromkeys(("llama", "mistral", "qwen2", "qwen3"), _llama),
    "smollm2": _llama,
    "mixtral": _mixture,
    "qwen3_moe": _mixture,
    "deepseek_v3": _deepseek,
    **dict.fromkeys(("gpt2", "gpt3"), _gpt2),
    "bert": _bert,
    "t5": _t5,
    "bloom": _bloom,
    "chatglm": _chatglm,
    "baichuan": _baichuan,
}
"""What reads each `model_type`."""
