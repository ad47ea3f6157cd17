"""Different lengths in one batch: what filling costs, what buckets save, and what the mask is for.

A batch is a rectangle, so shorter sentences are filled up; what is computed there is thrown away. Putting
sentences of like length together (buckets) leaves little to fill. The mask sets the attention scores of
filling to minus infinity, so that its weights are exactly 0: the result is that of the sentence alone.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 5.1 (batches of like length).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.intervals import Estimate, ratio_interval
from core.translation.batches import padded, pair_batches
from core.translation.inside.opened_pass import OpenedPass, open_transformer
from core.translation.model_folder import Translator
from core.translation.pairs import SentencePairs
from core.translation.vocabulary import BEGIN, END, PAD

FILLINGS = (0, 1, 2, 4, 8, 16, 32)
"""Places of filling behind each sentence in the proof."""
WAYS = ("mixed", "sorted", "tokens")
"""Batches of as many sentences in random order; of like length; of as many places, as training has them."""


@dataclass(frozen=True)
class Filling:
    """One way of making batches of the same sentences."""

    way: str
    batches: tuple[tuple[int, ...], ...]
    """Lengths of the sentences in each."""

    @property
    def places(self) -> int:
        """Of all rectangles together."""
        return sum(len(batch) * max(batch) for batch in self.batches)

    @property
    def filled(self) -> int:
        """Those that hold no token."""
        return self.places - sum(map(sum, self.batches))

    @property
    def share(self) -> float:
        """Filled places among all."""
        return self.filled / self.places

    @property
    def example(self) -> tuple[int, ...]:
        """The batch with the most filling."""
        return max(self.batches, key=lambda batch: len(batch) * max(batch) - sum(batch))


def fillings(lengths: Sequence[int], batch: int, seed: int = 0) -> tuple[Filling, ...]:
    """Batches made in the ways of `WAYS` from sentences of these lengths.

    Args:
        lengths: tokens of each sentence.
        batch: sentences in a batch; the last way gets as many places as that many of mean length.
        seed: of the random order.

    >>> [round(filling.share, 2) for filling in fillings([2, 8] * 8, batch=4)[:2]]
    [0.38, 0.0]
    """
    order = np.random.default_rng(seed).permutation(len(lengths)).tolist()
    ranked = sorted(range(len(lengths)), key=lambda number: lengths[number])
    tokens = max(round(batch * sum(lengths) / len(lengths)), max(lengths))
    made = {
        "mixed": _cut(order, batch),
        "sorted": _cut(ranked, batch),
        "tokens": pair_batches(lengths, lengths, tokens, seed),
    }
    return tuple(
        Filling(way, tuple(tuple(lengths[number] for number in part) for part in made[way])) for way in WAYS
    )


def _cut(order: Sequence[int], batch: int) -> list[list[int]]:
    return [list(order[start : start + batch]) for start in range(0, len(order), batch)]


@dataclass(frozen=True)
class MaskProof:
    """The same sentences with more and more filling behind them, with the mask and without."""

    sentences: int
    filling: tuple[int, ...]
    masked: tuple[Estimate, ...]
    """Nats a target token."""
    unmasked: tuple[Estimate, ...]
    masked_difference: float
    """Largest change of any log-probability through filling, with the mask."""
    unmasked_difference: float


@torch.inference_mode()
def mask_proof(translator: Translator, pairs: SentencePairs) -> MaskProof:
    """Read each pair's source with filling behind it, as it would stand beside a longer sentence.

    Raises:
        GlassboxError: the model is not a Transformer.
    """
    model = open_transformer(translator.model)
    source = padded([[*ids, END] for ids in translator.vocabulary.encode(pairs.source)])
    target = padded([[BEGIN, *ids, END] for ids in translator.vocabulary.encode(pairs.target)])
    real = target[:, 1:] != PAD
    counts = real.sum(dim=1).tolist()
    # Without its mask a batch would be harmed by its own filling already: so each sentence stands alone.
    alone = [
        (row[row != PAD][None], wanted[wanted != PAD][None])
        for row, wanted in zip(source, target, strict=True)
    ]
    losses: dict[bool, list[Estimate]] = {True: [], False: []}
    largest = {True: 0.0, False: 0.0}
    first: dict[bool, list[Tensor]] = {}
    for masked in (True, False):
        opened = OpenedPass(model, masked=masked)
        for count in FILLINGS:
            logarithms = [
                torch.log_softmax(
                    opened.logits(F.pad(ids, (0, count), value=PAD), wanted[:, :-1]).float(), -1
                )[0]
                for ids, wanted in alone
            ]
            first.setdefault(masked, logarithms)
            lost = [
                float(F.nll_loss(found, wanted[0, 1:], reduction="sum"))
                for found, (_, wanted) in zip(logarithms, alone, strict=True)
            ]
            losses[masked].append(ratio_interval(lost, counts))
            largest[masked] = max(
                largest[masked],
                *(
                    float((now - before).abs().max())
                    for now, before in zip(logarithms, first[masked], strict=True)
                ),
            )
    return MaskProof(
        len(pairs), FILLINGS, tuple(losses[True]), tuple(losses[False]), largest[True], largest[False]
    )
