"""SmolLM2 opened at its feed-forward layers: what goes in, what each neuron does, what comes out.

The attention of each layer is transformers' own; the feed-forward layer is written out, so that its
inner values can be seen: normed input x, gate a = x W_gate, up b = x W_up, coefficients m = silu(a) * b,
output m W_down. No hooks, no copies of weights.

Sources: Touvron et al. 2023, "LLaMA", section 2.2; Shazeer 2020, equation 6.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from core.attention.block.activations import swish
from core.attention.block.norms import rms_norm
from core.errors import GlassboxError

if TYPE_CHECKING:
    from core.engines.language_model import LanguageModel

MOST_TOKENS = 96
"""Longer texts are read up to here: every neuron of every token is kept, 18 MB a hundred tokens."""

Activation = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class FeedForwardReading:
    """Every feed-forward value of one text."""

    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    left_out: int
    """Tokens beyond `MOST_TOKENS`."""
    residual: Tensor
    """(layers, tokens, width): the sum before the feed-forward layer's norm"""
    gate: Tensor
    """(layers, tokens, inner): before the activation"""
    up: Tensor
    """(layers, tokens, inner)"""
    block_inputs: Tensor
    """(layers, tokens, width): what each block reads, before the attention's norm"""
    log_probabilities: Tensor
    """(tokens, vocabulary) of the token after each"""

    @cached_property
    def coefficients(self) -> Tensor:
        """(layers, tokens, inner): silu(gate) * up, what each neuron's value vector is multiplied by."""
        return swish(self.gate) * self.up


@torch.inference_mode()
def read_feed_forward(model: "LanguageModel", text: str) -> FeedForwardReading:
    """Run `text` through `model` and keep what its feed-forward layers computed.

    Raises:
        GlassboxError: no text.
    """
    ids = checked_ids(model, text)
    kept = ids[:MOST_TOKENS]
    hidden = model.module.model.embed_tokens(torch.tensor([kept]))
    inputs, residuals, gates, ups = [], [], [], []
    for layer in model.module.model.layers:
        inputs.append(hidden[0])
        hidden = attended(model, layer, hidden)
        residuals.append(hidden[0])
        gate, up = gate_and_up(layer, hidden)
        gates.append(gate[0])
        ups.append(up[0])
        hidden = hidden + layer.mlp.down_proj(swish(gate) * up)
    return FeedForwardReading(
        tokens=tuple(model.decode([one]) for one in kept),
        ids=tuple(kept),
        left_out=len(ids) - len(kept),
        residual=torch.stack(residuals),
        gate=torch.stack(gates),
        up=torch.stack(ups),
        block_inputs=torch.stack(inputs),
        log_probabilities=next_log_probabilities(model, hidden)[0],
    )


def checked_ids(model: "LanguageModel", text: str) -> list[int]:
    """The token ids of `text`.

    Raises:
        GlassboxError: no text.
    """
    ids = model.encode(text) if text.strip() else []
    if not ids:
        raise GlassboxError("attention.block.error.text")
    return ids


def attended(model: "LanguageModel", layer: Any, hidden: Tensor) -> Tensor:
    """x + attention(norm(x)), (batch, tokens, width) to the same shape, by transformers' own module."""
    positions = torch.arange(hidden.shape[1])[None]
    rotation = model.module.model.rotary_emb(hidden, positions)
    normed = layer.input_layernorm(hidden)
    mixed: Tensor = layer.self_attn(normed, position_embeddings=rotation, attention_mask=None)[0]
    return hidden + mixed


def gate_and_up(layer: Any, residual: Tensor) -> tuple[Tensor, Tensor]:
    """Both inner values of the feed-forward layer, (..., width) to twice (..., inner)."""
    norm = layer.post_attention_layernorm
    normed = rms_norm(residual, norm.weight, norm.variance_epsilon).output
    return layer.mlp.gate_proj(normed), layer.mlp.up_proj(normed)


def next_log_probabilities(model: "LanguageModel", hidden: Tensor) -> Tensor:
    """(..., width) after the last block to (..., vocabulary) log probabilities."""
    return torch.log_softmax(model.module.lm_head(model.module.model.norm(hidden)), -1)


@torch.inference_mode()
def loss_with(model: "LanguageModel", text: str, activation: Activation) -> float:
    """The model's mean loss (nats a token) on `text` when every gate goes through `activation` instead.

    Raises:
        GlassboxError: fewer than two tokens.
    """
    ids = checked_ids(model, text)[:MOST_TOKENS]
    if len(ids) < 2:
        raise GlassboxError("attention.block.error.two_tokens")
    hidden = model.module.model.embed_tokens(torch.tensor([ids]))
    for layer in model.module.model.layers:
        hidden = attended(model, layer, hidden)
        gate, up = gate_and_up(layer, hidden)
        hidden = hidden + layer.mlp.down_proj(activation(gate) * up)
    scores = next_log_probabilities(model, hidden)[0, :-1]
    return float(-scores.gather(1, torch.tensor(ids[1:])[:, None]).mean())
