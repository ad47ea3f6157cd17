"""The Transformer as a translator: an encoder that sees the whole source, a decoder that writes.

    encoder layer:  x <- x + SelfAttention(N(x));                      x <- x + FeedForward(N(x))
    decoder layer:  x <- x + CausalSelfAttention(N(x));  x <- x + CrossAttention(N(x), source);
                    x <- x + FeedForward(N(x))

N is layer normalisation, before each part (pre-norm) or, as in the paper, after each sum (post-norm).
Tokens enter as their embedding times sqrt(width) plus a sinusoid of their position; one matrix serves
as source embedding, target embedding and output layer.

Simplified: `nn.Transformer`, to which the tests prove the layers equal, can do the same with other
activations and an output that is not tied.

Sources: Vaswani et al. 2017, "Attention Is All You Need", sections 3.1 to 3.5; Xiong et al. 2020, "On
Layer Normalization in the Transformer Architecture" (pre-norm).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.translation.dropout import ByteDropout
from core.translation.model import DecoderState, Step, TranslationModel
from core.translation.settings import ModelSettings
from core.translation.transformer_attention import MultiHeadAttention
from core.translation.vocabulary import PAD


def sinusoids(length: int, width: int) -> Tensor:
    """(length, width) positions as sines and cosines of falling frequency.

    Source: Vaswani et al. 2017, section 3.5.

    >>> sinusoids(2, 4)[1, :2]
    tensor([0.8415, 0.5403])
    """
    frequencies = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angles = torch.arange(length)[:, None] * frequencies
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :width]


class FeedForward(nn.Module):
    """Two linear maps with a ReLU between them, the same for each position (section 3.3)."""

    def __init__(self, width: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.inner = nn.Linear(width, inner)
        self.outer = nn.Linear(inner, width)
        self.dropout = ByteDropout(dropout)

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, n, width) to the same shape."""
        return self.outer(self.dropout(F.relu(self.inner(hidden))))


class Sublayer(nn.Module):
    """The residual sum around a part of a layer, with its norm before or after, and its dropout."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(settings.width)
        self.dropout = ByteDropout(settings.dropout)
        self.before = settings.norm == "pre"

    def forward(self, hidden: Tensor, part: Callable[[Tensor], Tensor]) -> Tensor:
        """`hidden` plus what `part` makes of it."""
        if self.before:
            return hidden + self.dropout(part(self.norm(hidden)))
        return self.norm(hidden + self.dropout(part(hidden)))


class EncoderLayer(nn.Module):
    """Self-attention over the whole source, then the feed-forward part."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(settings.width, settings.heads)
        self.feed_forward = FeedForward(settings.width, settings.feed_forward, settings.dropout)
        self.around = nn.ModuleList(Sublayer(settings) for _ in range(2))

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """(batch, n, width) to the same shape; `mask` (batch, 1, 1, n) is True at real tokens."""
        hidden = self.around[0](hidden, lambda normed: self.attention.over_itself(normed, mask))
        return self.around[1](hidden, self.feed_forward)


class DecoderLayer(nn.Module):
    """Causal self-attention, attention over the source, then the feed-forward part."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(settings.width, settings.heads)
        self.cross = MultiHeadAttention(settings.width, settings.heads)
        self.feed_forward = FeedForward(settings.width, settings.feed_forward, settings.dropout)
        self.around = nn.ModuleList(Sublayer(settings) for _ in range(3))

    def forward(self, hidden: Tensor, memory: Tensor, mask: Tensor | None) -> Tensor:
        """All positions of the target at once, as training does: (batch, m, width) to the same shape."""
        keys, values = self.cross.keys_values(memory)
        length = hidden.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool, device=hidden.device).tril()
        hidden = self.around[0](hidden, lambda normed: self.attention.over_itself(normed, causal))
        hidden = self.around[1](
            hidden, lambda normed: self.cross.attend(self.cross.queries(normed), keys, values, mask)
        )
        return self.around[2](hidden, self.feed_forward)

    def step(self, hidden: Tensor, memory: "LayerMemory", mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """The newest position only, (rows, 1, width); its key and value are added to `memory`.

        Returns:
            the new hidden state, and the queries of the attention over the source.
        """
        asked: list[Tensor] = []

        def over_the_written(normed: Tensor) -> Tensor:
            keys, values = self.attention.keys_values(normed)
            memory.keys = torch.cat([memory.keys, keys], dim=2)
            memory.values = torch.cat([memory.values, values], dim=2)
            return self.attention.attend(self.attention.queries(normed), memory.keys, memory.values, None)

        def over_the_source(normed: Tensor) -> Tensor:
            asked.append(self.cross.queries(normed))
            return self.cross.attend(asked[0], memory.source_keys, memory.source_values, mask)

        hidden = self.around[0](hidden, over_the_written)
        hidden = self.around[1](hidden, over_the_source)
        return self.around[2](hidden, self.feed_forward), asked[0]


@dataclass
class LayerMemory:
    """One decoder layer's keys and values, each (rows, heads, length, head_width)."""

    source_keys: Tensor
    source_values: Tensor
    keys: Tensor
    values: Tensor

    def select(self, rows: Tensor) -> "LayerMemory":
        """Those of the rows of these numbers."""
        return LayerMemory(
            self.source_keys[rows], self.source_values[rows], self.keys[rows], self.values[rows]
        )


@dataclass
class TransformerState(DecoderState):
    """The layers' memories, where the source has real tokens (rows, 1, 1, n), and how much is written."""

    layers: list[LayerMemory]
    mask: Tensor
    length: int = 0

    def select(self, rows: Tensor) -> "TransformerState":
        """The state of the rows of these numbers."""
        return TransformerState([layer.select(rows) for layer in self.layers], self.mask[rows], self.length)


class Transformer(TranslationModel[TransformerState]):
    """Encoder and decoder with one embedding for everything."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        self.encoder = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.layers))
        self.decoder = nn.ModuleList(DecoderLayer(settings) for _ in range(settings.layers))
        last = nn.LayerNorm if settings.norm == "pre" else nn.Identity
        self.encoder_norm, self.decoder_norm = last(settings.width), last(settings.width)
        self.dropout = ByteDropout(settings.dropout)
        # Times sqrt(width) on the way in, so of variance 1 there, and of a size that suits the output.
        nn.init.normal_(self.embedding.weight, std=settings.width**-0.5)
        with torch.no_grad():
            self.embedding.weight[PAD].zero_()

    def _decoder_layers(self) -> list[DecoderLayer]:
        return cast(list[DecoderLayer], self.decoder)

    def embed(self, ids: Tensor, first: int = 0) -> Tensor:
        """(batch, n) token ids at positions `first` and on to (batch, n, width)."""
        width = self.settings.width
        hidden = self.embedding(ids) * math.sqrt(width)
        if self.settings.positions == "sinusoidal":
            hidden = hidden + sinusoids(first + ids.shape[1], width)[first:].to(hidden)
        return self.dropout(hidden)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Source ids (batch, n) to hidden states (batch, n, width) and the mask of real tokens."""
        mask = (source != PAD)[:, None, None]
        hidden = self.embed(source)
        for layer in self.encoder:
            hidden = layer(hidden, mask)
        return self.encoder_norm(hidden), mask

    def hidden(self, source: Tensor, target: Tensor) -> Tensor:
        """See `TranslationModel.hidden`; filling at the target's end is read, but nothing looks at it."""
        memory, mask = self.encode(source)
        hidden = self.embed(target)
        for layer in self.decoder:
            hidden = layer(hidden, memory, mask)
        return self.decoder_norm(hidden)

    @torch.inference_mode()
    def start(self, source: Tensor) -> TransformerState:
        """See `TranslationModel.start`; keys and values of the source are computed once."""
        memory, mask = self.encode(source)
        layers = []
        for layer in self._decoder_layers():
            keys, values = layer.cross.keys_values(memory)
            layers.append(LayerMemory(keys, values, keys[:, :, :0], values[:, :, :0]))
        return TransformerState(layers, mask)

    @torch.inference_mode()
    def step(self, tokens: Tensor, state: TransformerState, with_alignment: bool = False) -> Step:
        """See `TranslationModel.step`."""
        hidden = self.embed(tokens[:, None], state.length)
        alignments = []
        for layer, memory in zip(self._decoder_layers(), state.layers, strict=True):
            hidden, queries = layer.step(hidden, memory, state.mask)
            if with_alignment:
                weights = layer.cross.weights(queries, memory.source_keys, state.mask)
                alignments.append(weights[:, :, 0])
        state.length += 1
        logits = self.scores(self.decoder_norm(hidden[:, 0]))
        return Step(logits, torch.stack(alignments) if with_alignment else None)
