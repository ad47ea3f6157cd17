"""A Transformer's shape: everything that decides its number of parameters and what its steps keep.

    N = embedding + layers x (attention + feed-forward + norms) + final norm + output layer

with attention 2 d h_q d_h + 2 d h_kv d_h (Ainslie et al. 2023, "GQA"; h_kv = h_q gives 4 d^2) and
feed-forward 2 d f, or 3 d f where it is gated (Shazeer 2020, "GLU Variants Improve Transformer").
`core.memory.layout` writes the modules out one by one; this file says what is allowed.
"""

from dataclasses import dataclass, replace
from typing import Literal

from core.errors import GlassboxError

LARGEST_SIZE = 10**9
MOST_LAYERS = 10_000
Positions = Literal["rotary", "learned", "alibi", "relative"]
Names = Literal["llama", "gpt2", "gpt3", "bert", "t5", "bloom", "chatglm", "chatglm2", "baichuan"]


@dataclass(frozen=True)
class Experts:
    """A mixture of experts in place of the feed-forward part. Source: Fedus et al. 2021, section 2."""

    count: int
    per_token: int
    width: int
    """Inner width of one expert."""
    shared: int = 0
    """Experts that every token passes (DeepSeek-AI 2024, "DeepSeekMoE")."""
    dense_layers: int = 0
    """First blocks with an ordinary feed-forward part."""


@dataclass(frozen=True)
class LatentAttention:
    """Multi-head latent attention: keys and values are made from one short vector a token.

    Source: DeepSeek-AI 2024, "DeepSeek-V2", section 2.1.
    """

    query_rank: int
    """0 where queries are not compressed."""
    key_value_rank: int
    plain_width: int
    """Numbers of a query or key head without position (qk_nope_head_dim)."""
    rotary_width: int
    """Numbers of a query or key head that RoPE turns; the key's are shared by all heads."""
    value_width: int


@dataclass(frozen=True)
class Architecture:
    """One model; widths are numbers, counts are counts."""

    name: str
    family: str
    """`model_type` of its config.json."""
    names: Names
    """Whose names its modules have, and whose order of operations."""
    width: int
    layers: int
    """Blocks of the decoder, or of the encoder where the model has both."""
    heads: int
    key_value_heads: int
    head_width: int
    feed_forward: int
    vocabulary: int
    context: int = 0
    """Longest sequence it was made for; 0 where nothing limits it."""
    position_rows: int = 0
    """Rows of a learned table of positions."""
    positions: Positions = "rotary"
    gated: bool = True
    activation: str = "silu"
    layer_norm: bool = False
    """LayerNorm with bias instead of RMSNorm."""
    norm_first: bool = True
    query_key_value_bias: bool = False
    bias: bool = False
    """Of all other matrices of a block."""
    query_key_norm: bool = False
    embedding_norm: bool = False
    token_types: int = 0
    pooler: bool = False
    output_layer: bool = True
    tied: bool = False
    decoder_layers: int = 0
    relative_buckets: int = 0
    window: int = 0
    """Tokens that attention looks back; 0 for all."""
    hidden_dropout: float = 0.0
    attention_dropout: float = 0.0
    experts: Experts | None = None
    latent: LatentAttention | None = None

    @property
    def query_width(self) -> int:
        """Numbers of all query heads together."""
        if self.latent is not None:
            return self.heads * (self.latent.plain_width + self.latent.rotary_width)
        return self.heads * self.head_width

    @property
    def key_width(self) -> int:
        """Numbers of all key heads together."""
        return self.query_width if self.latent is not None else self.key_value_heads * self.head_width

    @property
    def value_width(self) -> int:
        """Numbers of all value heads together."""
        latent = self.latent
        return (
            self.heads * latent.value_width if latent is not None else self.key_value_heads * self.head_width
        )

    @property
    def mixed_width(self) -> int:
        """Numbers of what attention hands to its output matrix."""
        return self.value_width if self.latent is not None else self.heads * self.head_width

    @property
    def all_layers(self) -> int:
        """Blocks of encoder and decoder."""
        return self.layers + self.decoder_layers

    @property
    def is_encoder(self) -> bool:
        """Whether it has no language-model head: its loss is on vectors, not on a vocabulary."""
        return not self.output_layer

    def named(self, name: str) -> "Architecture":
        """The same under another name."""
        return replace(self, name=name)


def checked(architecture: Architecture) -> Architecture:
    """The architecture, if it can exist.

    Raises:
        GlassboxError: a size that is not positive or far too large, or heads that do not divide.
    """
    sizes = ("width", "layers", "heads", "key_value_heads", "head_width", "feed_forward", "vocabulary")
    for name in sizes:
        check_size(name, getattr(architecture, name), MOST_LAYERS if name == "layers" else LARGEST_SIZE)
    for name in ("context", "position_rows", "token_types", "decoder_layers", "relative_buckets", "window"):
        check_size(name, getattr(architecture, name), LARGEST_SIZE, least=0)
    if architecture.heads % architecture.key_value_heads:
        raise GlassboxError(
            "memory.predict.error.kv_heads",
            heads=architecture.heads,
            key_value_heads=architecture.key_value_heads,
        )
    experts = architecture.experts
    if experts is not None:
        for name in ("count", "per_token", "width"):
            check_size(f"experts.{name}", getattr(experts, name), LARGEST_SIZE)
        if experts.per_token > experts.count or not 0 <= experts.dense_layers <= architecture.layers:
            raise GlassboxError(
                "memory.predict.error.experts", per_token=experts.per_token, count=experts.count
            )
    return architecture


def check_size(name: str, value: object, most: int, least: int = 1) -> int:
    """A whole number from `least` to `most`.

    Raises:
        GlassboxError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise GlassboxError("memory.predict.error.whole", name=name, value=str(value)[:40])
    if not least <= value <= most:
        shown = f"{value:,}" if abs(value) < 10**15 else "10^15 +"
        raise GlassboxError(
            "memory.predict.error.size", name=name, value=shown, least=least, most=f"{most:,}"
        )
    return value
