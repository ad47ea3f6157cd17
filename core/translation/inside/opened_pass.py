"""The Transformer's forward pass, opened: every part's shape and norm, and any part taken away.

    x <- x + part(N(x))       residual stream x, part one of self-attention, cross-attention, feed-forward

With nothing taken away it computes exactly what the model computes (proved in the tests). Taken away
can be: a part (it adds nothing), the residual path around it (only what the part adds goes on), one head
(what it mixes counts as zero before the output projection), the positions (no sinusoids are added).
For training see `core.translation.transformer`; here dropout is off.

Source: Michel, Levy and Neubig 2019, "Are Sixteen Heads Really Better than One?" (removing heads).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from core.errors import GlassboxError
from core.translation.inside.removal import Removal, Side
from core.translation.model import TranslationModel, parameter_count
from core.translation.transformer import DecoderLayer, EncoderLayer, Sublayer, Transformer, sinusoids
from core.translation.transformer_attention import MultiHeadAttention
from core.translation.vocabulary import PAD


@dataclass(frozen=True)
class PartRecord:
    """What one part did to the vectors of one sentence."""

    side: Side
    layer: int
    """-1: before or after the layers."""
    part: str
    shape: tuple[int, ...]
    parameters: int
    before: float
    """Mean length (L2 norm over the width) of the stream's vectors before it."""
    added: float
    """Mean length of what it adds."""
    after: float
    cosine: float
    """Mean cosine between what it adds and the stream before it: below zero, it takes something back."""


def open_transformer(model: TranslationModel[Any]) -> Transformer:
    """`model` as a Transformer.

    Raises:
        GlassboxError: it is a recurrent model.
    """
    if not isinstance(model, Transformer):
        raise GlassboxError("translation.inside.error.transformer")
    return model


class OpenedPass:
    """Runs the Transformer with parts taken away, keeping a record of each part when asked."""

    def __init__(
        self, model: Transformer, removed: Collection[Removal] = (), keep: bool = False, masked: bool = True
    ) -> None:
        """`masked` False lets attention look at filling, as if the source mask had been forgotten."""
        self.model = model
        self.removed = frozenset(removed)
        self.keep = keep
        self.masked = masked
        self.records: list[PartRecord] = []

    def logits(self, source: Tensor, target: Tensor) -> Tensor:
        """See `TranslationModel.forward`."""
        return self.model.scores(self.decode(target, *self.encode(source)))

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor | None]:
        """See `Transformer.encode`; the mask is None without masks."""
        mask = (source != PAD)[:, None, None] if self.masked else None
        hidden = self._embed("encoder", source)
        for number, layer in enumerate(cast(list[EncoderLayer], self.model.encoder)):
            hidden = self._attention(
                "encoder", number, "attention", layer.around[0], layer.attention, hidden, mask
            )
            hidden = self._sublayer(
                "encoder", number, "feed_forward", layer.around[1], layer.feed_forward, hidden
            )
        return self._last("encoder", self.model.encoder_norm, hidden), mask

    def decode(self, target: Tensor, memory: Tensor, mask: Tensor | None) -> Tensor:
        """(batch, m) token ids, the encoder's states and their mask to (batch, m, width)."""
        hidden = self._embed("decoder", target)
        length = target.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        for number, layer in enumerate(cast(list[DecoderLayer], self.model.decoder)):
            around = cast(list[Sublayer], layer.around)
            hidden = self._attention(
                "decoder", number, "attention", around[0], layer.attention, hidden, causal
            )
            hidden = self._attention("decoder", number, "cross", around[1], layer.cross, hidden, mask, memory)
            hidden = self._sublayer("decoder", number, "feed_forward", around[2], layer.feed_forward, hidden)
        return self._last("decoder", self.model.decoder_norm, hidden)

    def _embed(self, side: Side, ids: Tensor) -> Tensor:
        hidden = self.model.embed(ids)
        width = self.model.settings.width
        if self.model.settings.positions == "none":
            return hidden
        places = sinusoids(ids.shape[1], width).to(hidden)
        tokens = hidden - places
        self._record(side, -1, "positions", 0, tokens, places.expand_as(hidden))
        return tokens if Removal("positions", side) in self.removed else hidden

    def _attention(
        self,
        side: Side,
        number: int,
        part: str,
        around: Any,
        attention: MultiHeadAttention,
        hidden: Tensor,
        mask: Tensor | None,
        memory: Tensor | None = None,
    ) -> Tensor:
        """Attention over itself, or over `memory`, with its heads but the removed ones."""
        gone = [
            removal.head
            for removal in self.removed
            if (removal.kind, removal.side, removal.layer, removal.part) == ("head", side, number, part)
        ]

        def attend(normed: Tensor) -> Tensor:
            keys, values = attention.keys_values(normed if memory is None else memory)
            mixed = attention.weights(attention.queries(normed), keys, mask) @ values
            mixed[:, gone] = 0.0
            return cast(Tensor, attention.output(mixed.transpose(1, 2).flatten(2)))

        return self._sublayer(side, number, part, around, attend, hidden, parameter_count(attention))

    def _sublayer(
        self,
        side: Side,
        number: int,
        part: str,
        around: Any,
        work: Callable[[Tensor], Tensor],
        hidden: Tensor,
        parameters: int | None = None,
    ) -> Tensor:
        """The sum around one part: see `Sublayer.forward`."""
        added = work(around.norm(hidden) if around.before else hidden)
        if parameters is None:
            parameters = parameter_count(cast(torch.nn.Module, work))
        self._record(side, number, part, parameters, hidden, added)
        if Removal("part", side, number, part) in self.removed:
            added = torch.zeros_like(added)
        kept = Removal("residual", side, number, part) not in self.removed
        total = hidden + added if kept else added
        return total if around.before else cast(Tensor, around.norm(total))

    def _last(self, side: Side, norm: Any, hidden: Tensor) -> Tensor:
        normed = cast(Tensor, norm(hidden))
        self._record(side, -1, "norm", parameter_count(norm), hidden, normed - hidden)
        return normed

    def _record(
        self, side: Side, layer: int, part: str, parameters: int, before: Tensor, added: Tensor
    ) -> None:
        if not self.keep:
            return
        lengths = [float(vectors.norm(dim=-1).mean()) for vectors in (before, added, before + added)]
        shape = tuple(before.shape[1:])
        cosine = float(F.cosine_similarity(before, added, dim=-1).mean())
        self.records.append(
            PartRecord(side, layer, part, shape, parameters, lengths[0], lengths[1], lengths[2], cosine)
        )
