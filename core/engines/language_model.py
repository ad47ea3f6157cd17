"""A decoder-only language model, opened: one step of the Transformer with its key/value cache.

The forward pass of the LLaMA architecture written out, for every lesson that needs logits, hidden
states or its own decoding loop. For layer input h, with RMSNorm N, rotation R and causal softmax:

    h <- h + softmax(R(N(h) W_q) R(N(h) W_k)^T / sqrt(d_k)) N(h) W_v W_o
    h <- h + (silu(N(h) W_gate) * N(h) W_up) W_down

Query, key and value weights lie in one matrix, gate and up in another, so that a token costs four
matrix products a layer instead of seven; the cache is written in place instead of concatenated.
That is what makes it faster than `transformers`' generate, to which the tests prove it equal. The
transformers module stays usable: its parameters become views of the joined matrices.

Sources: Touvron et al. 2023, "LLaMA", section 2.2; Su et al. 2021, "RoFormer", equation 34;
Shazeer 2020, "GLU Variants Improve Transformer", equation 6; Ainslie et al. 2023, "GQA".
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from core.errors import GlassboxError

FEWEST_EXCHANGED, MOST_EXCHANGED = 5, 32
"""Numbers of rows for which `_product` exchanges its factors."""


@dataclass
class KeyValueCache:
    """Keys and values of the tokens read so far, each (layers, batch, kv_heads, capacity, head_dim)."""

    keys: Tensor
    values: Tensor
    length: int = 0

    def reserve(self, length: int) -> None:
        """Make room for `length` tokens in all, at least doubling when the cache is full."""
        capacity = self.keys.shape[3]
        if length > capacity:
            extra = max(length, 2 * capacity) - capacity
            self.keys = F.pad(self.keys, (0, 0, 0, extra))
            self.values = F.pad(self.values, (0, 0, 0, extra))

    def select(self, rows: Tensor) -> "KeyValueCache":
        """The cache of the batch entries `rows`, in this order, repetition allowed (beams, forks)."""
        return KeyValueCache(self.keys[:, rows], self.values[:, rows], self.length)

    @torch.inference_mode()
    def reorder(self, rows: Tensor) -> None:
        """Put the batch entries `rows`, as many as there are, in place of the present ones.

        Layer by layer and only what has been read: a whole second cache, which `select` makes, costs a
        beam search more in fresh memory than in copying.
        """
        for keys, values in zip(self.keys, self.values, strict=True):
            keys[:, :, : self.length] = keys[rows, :, : self.length]
            values[:, :, : self.length] = values[rows, :, : self.length]

    def clone(self) -> "KeyValueCache":
        """A copy that can be written without changing this one."""
        return KeyValueCache(self.keys.clone(), self.values.clone(), self.length)


@dataclass(frozen=True)
class _Layer:
    attention_norm: Tensor
    query_key_value: Tensor
    query_key_value_bias: Tensor | None
    output: Tensor
    output_bias: Tensor | None
    feed_forward_norm: Tensor
    gate_up: Tensor
    down: Tensor


class LanguageModel:
    """A LLaMA-architecture model with its tokenizer; read-only after construction, safe to share."""

    def __init__(self, name: str, module: Any, tokenizer: Tokenizer, chat_template: str = "") -> None:
        """Open `module`, a transformers `LlamaForCausalLM`.

        Raises:
            GlassboxError: the architecture is another one.
        """
        config = module.config
        if config.model_type != "llama" or config.hidden_act != "silu" or getattr(config, "mlp_bias", False):
            raise GlassboxError("engines.error.architecture", model=name, architecture=str(config.model_type))
        self.name = name
        self.module = module.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.chat_template = chat_template
        self.layer_count: int = config.num_hidden_layers
        self.query_heads: int = config.num_attention_heads
        self.key_value_heads: int = config.num_key_value_heads
        self.width: int = config.hidden_size
        self.head_width: int = getattr(config, "head_dim", None) or self.width // self.query_heads
        self.vocabulary_size: int = config.vocab_size
        self.context_length: int = config.max_position_embeddings
        end = config.eos_token_id
        self.end_ids: tuple[int, ...] = () if end is None else (end,) if isinstance(end, int) else tuple(end)
        self._epsilon: float = config.rms_norm_eps
        self._layers = [_join(layer) for layer in module.model.layers]
        self._embedding: Tensor = module.model.embed_tokens.weight
        self._final_norm: Tensor = module.model.norm.weight
        self._unembedding: Tensor = module.lm_head.weight

    @cached_property
    def _rotation(self) -> tuple[Tensor, Tensor]:
        """Cosines and sines of RoPE, each (context_length, head_dim), from the module's own settings."""
        positions = torch.arange(self.context_length)[None]
        cosine, sine = self.module.model.rotary_emb(self._embedding[:1], positions)
        return cosine[0], sine[0]

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`, special tokens written out in it included."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: list[int]) -> str:
        """The text of `ids`, special tokens shown; bytes of an unfinished character become U+FFFD."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=False))

    def new_cache(self, batch: int, capacity: int) -> KeyValueCache:
        """An empty cache for `batch` sequences with room for `capacity` tokens (it grows when full)."""
        shape = (self.layer_count, batch, self.key_value_heads, max(capacity, 1), self.head_width)
        return KeyValueCache(torch.zeros(shape), torch.zeros(shape))

    @torch.inference_mode()
    def read(self, ids: Tensor, cache: KeyValueCache) -> Tensor:
        """Run `ids` through the model after what `cache` holds, and add them to the cache.

        Args:
            ids: (batch, new) token ids; sequences of one batch have the same length.
            cache: from `new_cache(batch, ...)`; changed in place.

        Returns:
            (batch, new, width) hidden states after the final norm; `logits` makes scores of them.

        Raises:
            GlassboxError: the sequence would be longer than the model's context.
        """
        start, end = cache.length, cache.length + ids.shape[1]
        if end > self.context_length:
            raise GlassboxError("engines.error.context", tokens=end, limit=self.context_length)
        cache.reserve(end)
        cosine, sine = (table[start:end] for table in self._rotation)
        hidden = self._embedding[ids]
        for index, layer in enumerate(self._layers):
            normed = _norm(hidden, layer.attention_norm, self._epsilon)
            keys, values = cache.keys[index, :, :, :end], cache.values[index, :, :, :end]
            hidden = hidden + self._attend(layer, normed, keys, values, cosine, sine)
            normed = _norm(hidden, layer.feed_forward_norm, self._epsilon)
            gate, up = _product(normed, layer.gate_up).chunk(2, -1)
            hidden = hidden + _product(F.silu(gate) * up, layer.down)
        cache.length = end
        return _norm(hidden, self._final_norm, self._epsilon)

    def _attend(
        self, layer: _Layer, normed: Tensor, keys: Tensor, values: Tensor, cosine: Tensor, sine: Tensor
    ) -> Tensor:
        """Grouped-query attention of the new tokens over cache and themselves; writes the cache."""
        batch, new, _ = normed.shape
        heads, groups, width = self.query_heads, self.key_value_heads, self.head_width
        joined = _product(normed, layer.query_key_value, layer.query_key_value_bias)
        joined = joined.view(batch, new, heads + 2 * groups, width).transpose(1, 2)
        to_rotate = joined[:, : heads + groups]
        rotated = to_rotate * cosine + _rotate_half(to_rotate) * sine
        keys[:, :, -new:] = rotated[:, heads:]
        values[:, :, -new:] = joined[:, heads + groups :]
        queries = rotated[:, :heads]
        if new == 1:
            # The queries of a group read the same keys: as rows of one head, nothing is repeated.
            grouped = queries.reshape(batch, groups, heads // groups, width)
            mixed = F.scaled_dot_product_attention(grouped, keys, values).view(batch, heads, 1, width)
        else:
            mask = _causal_mask(new, keys.shape[2]) if new < keys.shape[2] else None
            mixed = F.scaled_dot_product_attention(
                queries, keys, values, attn_mask=mask, is_causal=mask is None, enable_gqa=heads != groups
            )
        return _product(
            mixed.transpose(1, 2).reshape(batch, new, heads * width), layer.output, layer.output_bias
        )

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of every vocabulary entry: (..., width) hidden states to (..., vocabulary)."""
        return _product(hidden, self._unembedding)

    def next_logits(self, ids: Tensor, cache: KeyValueCache) -> Tensor:
        """Read `ids` (batch, new) and return the scores (batch, vocabulary) of the token after them."""
        return self.logits(self.read(ids, cache)[:, -1])


def _norm(hidden: Tensor, gain: Tensor, epsilon: float) -> Tensor:
    """RMSNorm, g * h / sqrt(mean(h^2) + epsilon); `F.rms_norm` takes three times as long on the CPU.

    Source: Zhang and Sennrich 2019, "Root Mean Square Layer Normalization", equation 4.
    """
    return hidden * torch.rsqrt((hidden * hidden).mean(-1, keepdim=True) + epsilon) * gain


def _product(rows: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`F.linear`: (..., inputs) times the transpose of (outputs, inputs), plus the bias.

    For a handful of rows the CPU's matrix library is up to 1.6 times faster with the factors exchanged:
    (W x^T)^T instead of x W^T.
    """
    count = rows.numel() // rows.shape[-1]
    if not FEWEST_EXCHANGED <= count <= MOST_EXCHANGED:
        return F.linear(rows, weight, bias)
    product = (weight @ rows.reshape(count, -1).t()).t()
    product = product if bias is None else product + bias
    return product.reshape(*rows.shape[:-1], weight.shape[0])


def _rotate_half(vectors: Tensor) -> Tensor:
    """(x1, x2) to (-x2, x1), the quarter turn in each of RoPE's planes."""
    first, second = vectors.chunk(2, -1)
    return torch.cat((-second, first), -1)


def _causal_mask(new: int, total: int) -> Tensor:
    """(new, total) booleans: the i-th new token sees everything up to itself."""
    return torch.ones(new, total, dtype=torch.bool).tril(total - new)


def _join(layer: Any) -> _Layer:
    """Join the layer's projections and make the module's own parameters views of the result."""
    attention, feed_forward = layer.self_attn, layer.mlp
    projections = [attention.q_proj, attention.k_proj, attention.v_proj]
    biases = [p.bias for p in projections if p.bias is not None]
    return _Layer(
        attention_norm=layer.input_layernorm.weight,
        query_key_value=_join_weights(projections),
        query_key_value_bias=torch.cat(biases) if biases else None,
        output=attention.o_proj.weight,
        output_bias=attention.o_proj.bias,
        feed_forward_norm=layer.post_attention_layernorm.weight,
        gate_up=_join_weights([feed_forward.gate_proj, feed_forward.up_proj]),
        down=feed_forward.down_proj.weight,
    )


def _join_weights(projections: list[nn.Linear]) -> Tensor:
    joined = torch.cat([p.weight.detach() for p in projections])
    rows = 0
    for projection in projections:
        count = projection.weight.shape[0]
        projection.weight = nn.Parameter(joined[rows : rows + count], requires_grad=False)
        rows += count
    return joined
