"""A config.json from a few sizes, for an architecture of one's own.

The width is heads x head width, so that the heads always divide it.
"""

from dataclasses import dataclass
from typing import Any

BUILDS = ("llama", "gpt2")
FEED_FORWARD_STEP = 64
"""Inner widths are multiples of it, as in published models."""


@dataclass(frozen=True)
class OwnSizes:
    """What is chosen of an own architecture."""

    build: str = "llama"
    """`llama`: RMSNorm, SwiGLU, RoPE; `gpt2`: LayerNorm, GELU, learned positions."""
    layers: int = 32
    heads: int = 32
    head_width: int = 128
    key_value_heads: int = 8
    """As many as divide the heads; a GPT-2 has one for each."""
    feed_forward: float = 3.5
    """Inner width of the feed-forward part, in widths of the model."""
    vocabulary: int = 128_000
    tied: bool = False
    experts: int = 1
    """Feed-forward parts of each block, of which every token takes two at most."""


def own_config(sizes: OwnSizes) -> dict[str, Any]:
    """The content of a config.json with these sizes.

    >>> config = own_config(OwnSizes(layers=2, heads=4, head_width=64, key_value_heads=2, feed_forward=4))
    >>> config["hidden_size"], config["intermediate_size"], config["num_key_value_heads"]
    (256, 1024, 2)
    """
    width = sizes.heads * sizes.head_width
    inner = FEED_FORWARD_STEP * max(1, round(sizes.feed_forward * width / FEED_FORWARD_STEP))
    if sizes.build == "gpt2":
        return {
            "model_type": "gpt2",
            "n_embd": width,
            "n_layer": sizes.layers,
            "n_head": sizes.heads,
            "n_inner": inner,
            "n_positions": 131_072,
            "vocab_size": sizes.vocabulary,
            "tie_word_embeddings": sizes.tied,
        }
    config = {
        "model_type": "llama",
        "hidden_size": width,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "num_key_value_heads": sizes.key_value_heads,
        "head_dim": sizes.head_width,
        "intermediate_size": inner,
        "vocab_size": sizes.vocabulary,
        "tie_word_embeddings": sizes.tied,
    }
    if sizes.experts > 1:
        per_token = min(2, sizes.experts)
        return {
            **config,
            "model_type": "mixtral",
            "num_local_experts": sizes.experts,
            "num_experts_per_tok": per_token,
            "sliding_window": None,
        }
    return config


def group_sizes(heads: int) -> tuple[int, ...]:
    """Numbers of key/value heads that serve `heads` query heads evenly.

    >>> group_sizes(12)
    (1, 2, 3, 4, 6, 12)
    """
    return tuple(count for count in range(1, heads + 1) if heads % count == 0)
