"""A model's modules one by one, under the names that its published code gives them.

Sources of the layouts: Touvron et al. 2023, "LLaMA", section 2.2; Radford et al. 2019, "GPT-2"; Devlin
et al. 2018, "BERT", section 3; Raffel et al. 2019, "T5", section 2.1; BigScience 2022, "BLOOM", section
3.2; Zeng et al. 2022, "GLM-130B", section 2.1; DeepSeek-AI 2024, "DeepSeek-V3", section 2.1; and the
published code of each, to which the tests compare the counts.
"""

from dataclasses import dataclass
from functools import cache

from core.memory.architecture import Architecture, Experts, LatentAttention
from core.memory.modules import Block, Module, embedding, linear, norm

ATTENTION_NAMES = {
    "llama": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "baichuan": ("W_pack", "", "", "o_proj"),
    "gpt2": ("c_attn", "", "", "c_proj"),
    "gpt3": ("query", "key", "value", "output"),
    "bert": ("query", "key", "value", "attention.output.dense"),
    "t5": ("q", "k", "v", "o"),
    "bloom": ("query_key_value", "", "", "dense"),
    "chatglm": ("query_key_value", "", "", "dense"),
    "chatglm2": ("query_key_value", "", "", "dense"),
}
"""Names of the query, key, value and output matrices; no key where the three are one matrix."""
FEED_FORWARD_NAMES = {
    "llama": ("gate_proj", "up_proj", "down_proj"),
    "baichuan": ("gate_proj", "up_proj", "down_proj"),
    "gpt2": ("", "c_fc", "mlp.c_proj"),
    "gpt3": ("", "up", "down"),
    "bert": ("", "intermediate.dense", "output.dense"),
    "t5": ("wi_0", "wi", "wo"),
    "bloom": ("", "dense_h_to_4h", "dense_4h_to_h"),
    "chatglm": ("", "dense_h_to_4h", "dense_4h_to_h"),
    "chatglm2": ("", "dense_h_to_4h", "dense_4h_to_h"),
}
"""Names of the gate, the widening and the narrowing matrix; no gate where there is none or it is joined."""


@dataclass(frozen=True)
class Layout:
    """All modules of a model: before the blocks, the blocks, after them."""

    before: tuple[Module, ...]
    blocks: tuple[Block, ...]
    after: tuple[Module, ...]

    @property
    def parameters(self) -> int:
        """All parameters, a matrix that two modules share counted once."""
        return outside_parameters(self) + sum(block.count * block.parameters for block in self.blocks)


def outside_parameters(layout: Layout) -> int:
    """Parameters that are in no block: embeddings, final norm, output layer."""
    return sum(module.parameters for module in (*layout.before, *layout.after))


@cache
def layout(architecture: Architecture) -> Layout:
    """Write the model out.

    >>> from core.memory.presets import preset
    >>> layout(preset("smollm2-135m")).parameters
    134515008
    """
    if architecture.decoder_layers:
        return _encoder_decoder(architecture)
    return Layout(_before(architecture), _blocks(architecture), _after(architecture))


def active_parameters(architecture: Architecture) -> int:
    """Parameters that one token passes: of a mixture only its chosen and shared experts.

    >>> from core.memory.presets import preset
    >>> round(active_parameters(preset("mixtral-8x7b")) / 1e9, 1)
    12.9
    """
    experts, written = architecture.experts, layout(architecture)
    if experts is None:
        return written.parameters
    unused = experts.count - experts.per_token
    mixed = sum(block.count for block in written.blocks if block.has("router"))
    return written.parameters - mixed * unused * 3 * architecture.width * experts.width


def _before(architecture: Architecture) -> tuple[Module, ...]:
    width = architecture.width
    modules = [embedding("embedding", architecture.vocabulary, width)]
    if architecture.position_rows:
        modules.append(embedding("positions", architecture.position_rows, width, "positions"))
    if architecture.token_types:
        modules.append(embedding("token_types", architecture.token_types, width, "token_types"))
    if architecture.embedding_norm:
        modules.append(norm("embedding_norm", width, architecture.layer_norm))
    return tuple(modules)


def _after(architecture: Architecture) -> tuple[Module, ...]:
    width, modules = architecture.width, []
    if architecture.norm_first:
        modules.append(norm("final_norm", width, architecture.layer_norm))
    if architecture.pooler:
        modules.append(linear("pooler", "pooler", width, width, bias=True))
    if architecture.output_layer:
        modules.append(_output_layer(architecture))
    return tuple(modules)


def _output_layer(architecture: Architecture) -> Module:
    rows, width = architecture.vocabulary, architecture.width
    return Module("lm_head", ("head",), "linear", rows, width, split="outputs", weight=not architecture.tied)


def _blocks(architecture: Architecture) -> tuple[Block, ...]:
    attention, norms = _attention(architecture), _norms(architecture)
    experts = architecture.experts
    dense = Block(
        "block", architecture.layers, (*norms[:1], *attention, *norms[1:], *_feed_forward(architecture))
    )
    if experts is None:
        return (dense,)
    mixed = (*norms[:1], *attention, *norms[1:], *_mixture(architecture, experts))
    blocks = (
        Block("dense_block", experts.dense_layers, dense.modules),
        Block("expert_block", architecture.layers - experts.dense_layers, mixed),
    )
    return tuple(block for block in blocks if block.count)


def _norms(architecture: Architecture) -> tuple[Module, Module]:
    width, bias = architecture.width, architecture.layer_norm
    return norm("attention_norm", width, bias, "attention_norm"), norm("mlp_norm", width, bias, "mlp_norm")


def _attention(architecture: Architecture, prefix: str = "") -> tuple[Module, ...]:
    if architecture.latent is not None:
        return _latent_attention(architecture, architecture.latent)
    query, key, value, output = ATTENTION_NAMES[architecture.names]
    width, bias = architecture.width, architecture.query_key_value_bias
    wide, narrow = architecture.query_width, architecture.key_width
    if key:
        projections = [
            linear(prefix + query, "q", wide, width, bias, split="outputs"),
            linear(prefix + key, "k", narrow, width, bias, split="outputs"),
            linear(prefix + value, "v", narrow, width, bias, split="outputs"),
        ]
    else:
        projections = [linear(query, "q k v", wide + 2 * narrow, width, bias, split="outputs")]
    if architecture.query_key_norm:
        projections.append(norm("q_norm", architecture.head_width, role="q_norm"))
        projections.append(norm("k_norm", architecture.head_width, role="k_norm"))
    return (*projections, linear(prefix + output, "o", width, wide, architecture.bias, split="inputs"))


def _latent_attention(architecture: Architecture, latent: LatentAttention) -> tuple[Module, ...]:
    width, heads = architecture.width, architecture.heads
    rank, rotary = latent.key_value_rank, latent.rotary_width
    queries: tuple[Module, ...]
    if latent.query_rank:
        queries = (
            linear("q_a_proj", "q_a", latent.query_rank, width),
            norm("q_a_layernorm", latent.query_rank, role="q_a_norm"),
            linear("q_b_proj", "q", architecture.query_width, latent.query_rank, split="outputs"),
        )
    else:
        queries = (linear("q_proj", "q", architecture.query_width, width, split="outputs"),)
    return (
        *queries,
        linear("kv_a_proj_with_mqa", "kv_a", rank + rotary, width),
        norm("kv_a_layernorm", rank, role="kv_a_norm"),
        linear("kv_b_proj", "k v", heads * (latent.plain_width + latent.value_width), rank, split="outputs"),
        linear("o_proj", "o", width, heads * latent.value_width, split="inputs"),
    )


def _feed_forward(architecture: Architecture, prefix: str = "") -> tuple[Module, ...]:
    gate, up, down = FEED_FORWARD_NAMES[architecture.names]
    width, inner, bias = architecture.width, architecture.feed_forward, architecture.bias
    narrow = linear(prefix + down, "down", width, inner, bias, split="inputs")
    if not architecture.gated:
        return linear(prefix + up, "up", inner, width, bias, split="outputs"), narrow
    if not gate:
        return linear(up, "gate up", 2 * inner, width, bias, split="outputs"), narrow
    second = "wi_1" if architecture.names == "t5" else up
    return (
        linear(prefix + gate, "gate", inner, width, bias, split="outputs"),
        linear(prefix + second, "up", inner, width, bias, split="outputs"),
        narrow,
    )


def _mixture(architecture: Architecture, experts: Experts) -> tuple[Module, ...]:
    """A router, `count` experts, and as one wider expert those that every token passes."""
    width = architecture.width
    modules = [linear("router", "router", experts.count, width)]
    for prefix, inner, copies in (
        ("experts", experts.width, experts.count),
        ("shared_expert", experts.width * experts.shared, 1),
    ):
        if inner:
            roles = ("gate", "up", "down") if copies > 1 else ("shared_gate", "shared_up", "shared_down")
            modules += [
                linear(f"{prefix}.gate_proj", roles[0], inner, width, copies=copies, split="outputs"),
                linear(f"{prefix}.up_proj", roles[1], inner, width, copies=copies, split="outputs"),
                linear(f"{prefix}.down_proj", roles[2], width, inner, copies=copies, split="inputs"),
            ]
    return tuple(modules)


def _encoder_decoder(architecture: Architecture) -> Layout:
    """T5: one embedding for both halves, one table of relative positions in each."""
    width = architecture.width
    attention_norm, mlp_norm = _norms(architecture)
    own, feed_forward = _attention(architecture), _feed_forward(architecture)
    cross = _attention(architecture, "cross.")
    cross = tuple(
        Module(m.name, tuple(f"cross_{role}" for role in m.roles), m.kind, m.outputs, m.inputs, split=m.split)
        for m in cross
    )
    tables = tuple(
        embedding(
            f"{half}.relative_attention_bias", architecture.relative_buckets, architecture.heads, "relative"
        )
        for half in ("encoder", "decoder")
    )
    encoder = Block("encoder_block", architecture.layers, (attention_norm, *own, mlp_norm, *feed_forward))
    decoder = Block(
        "decoder_block",
        architecture.decoder_layers,
        (attention_norm, *own, norm("cross_norm", width, role="cross_norm"), *cross, mlp_norm, *feed_forward),
    )
    after = (
        norm("encoder.final_norm", width),
        norm("decoder.final_norm", width),
        _output_layer(architecture),
    )
    return Layout(
        (embedding("embedding", architecture.vocabulary, width), *tables), (encoder, decoder), after
    )
