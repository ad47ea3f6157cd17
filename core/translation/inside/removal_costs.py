"""What each part of the trained Transformer is worth: held-out loss with it taken away.

Nothing is trained anew, so a cost says what this model leans on, not what a model without the part could
learn. Intervals come from drawing the sentences anew.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.intervals import Estimate, ratio_interval
from core.translation.batches import padded
from core.translation.inside.opened_pass import OpenedPass, open_transformer
from core.translation.inside.removal import Removal, removals
from core.translation.model_folder import Translator
from core.translation.pairs import SentencePairs
from core.translation.transformer import Transformer
from core.translation.vocabulary import BEGIN, END, PAD

GROUPS = ("whole", "part", "residual", "head")
"""Kinds of removals that are listed: all parts of a kind, one part, one residual path, one head."""


@dataclass(frozen=True)
class RemovalCost:
    """One row: a removal, or several at once, and what it did."""

    group: str
    name: str
    """For `whole`: which kind of part; else empty."""
    removed: tuple[Removal, ...]
    extra: Estimate
    """Nats a token above the intact model."""


@dataclass(frozen=True)
class RemovalCosts:
    """All rows with the loss that they are added to."""

    sentences: int
    tokens: int
    layers: int
    heads: int
    loss: float
    """Of the intact model, nats a token."""
    rows: tuple[RemovalCost, ...]

    def of(self, group: str) -> tuple[RemovalCost, ...]:
        """The rows of a group, the dearest first."""
        return tuple(
            sorted((row for row in self.rows if row.group == group), key=lambda row: -row.extra.value)
        )


@torch.inference_mode()
def removal_costs(
    translator: Translator, pairs: SentencePairs, progress: Callable[[float], None] = lambda share: None
) -> RemovalCosts:
    """Take every part away in turn and read the pairs, the reference's beginning given.

    Raises:
        GlassboxError: the model is not a Transformer.
    """
    model = open_transformer(translator.model)
    source = padded([[*ids, END] for ids in translator.vocabulary.encode(pairs.source)])
    target = padded([[BEGIN, *ids, END] for ids in translator.vocabulary.encode(pairs.target)])
    counts = (target[:, 1:] != PAD).sum(dim=1).tolist()
    memory = OpenedPass(model).encode(source)
    intact = sentence_losses(model, source, target, (), memory)
    rows = []
    settings = model.settings
    listed = removals(settings.layers, settings.heads, settings.positions != "none")
    for number, (group, name, removed) in enumerate(listed, 1):
        untouched = memory if all(each.side == "decoder" for each in removed) else None
        lost = sentence_losses(model, source, target, removed, untouched) - intact
        rows.append(RemovalCost(group, name, removed, ratio_interval(lost.tolist(), counts)))
        progress(number / len(listed))
    tokens = sum(counts)
    return RemovalCosts(
        len(pairs), tokens, settings.layers, settings.heads, float(intact.sum()) / tokens, tuple(rows)
    )


def sentence_losses(
    model: Transformer,
    source: Tensor,
    target: Tensor,
    removed: tuple[Removal, ...],
    memory: tuple[Tensor, Tensor | None] | None = None,
) -> Tensor:
    """(batch,) summed loss of each sentence in nats; `memory` spares encoding where the encoder is whole."""
    opened = OpenedPass(model, removed)
    logits = model.scores(opened.decode(target[:, :-1], *(memory or opened.encode(source))))
    losses = F.cross_entropy(
        logits.flatten(0, 1).float(), target[:, 1:].flatten(), ignore_index=PAD, reduction="none"
    )
    return losses.view(len(target), -1).sum(dim=1)
