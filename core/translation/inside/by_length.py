"""How well each model does on short and on long sentences, and how many numbers it has for each word."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch.nn import functional as F

from core.intervals import Estimate, ratio_interval
from core.translation.batches import padded
from core.translation.greedy import greedy_search
from core.translation.inside.bridge import bridge_stages
from core.translation.model_folder import Translator
from core.translation.pairs import SentencePairs
from core.translation.vocabulary import BEGIN, END, PAD

BANDS = 4


@dataclass(frozen=True)
class Band:
    """A quarter of the sentences, by length."""

    shortest: int
    """Source words."""
    longest: int
    sentences: int
    loss: Estimate
    """Nats a target token, the reference's beginning given."""
    found: Estimate
    """Share of the reference's tokens that the model's own translation holds, each as often as there."""
    numbers: float
    """That pass from encoder to decoder, for each source token."""


@torch.inference_mode()
def by_length(translator: Translator, pairs: SentencePairs) -> tuple[Band, ...]:
    """Measure the pairs in `BANDS` groups of as many sentences, short ones first."""
    words = [len(source.split()) for source in pairs.source]
    order = sorted(range(len(pairs)), key=lambda number: (words[number], number))
    cuts = [round(number * len(order) / BANDS) for number in range(BANDS + 1)]
    bands = []
    for low, high in pairwise(cuts):
        chosen = order[low:high]
        band = SentencePairs(
            tuple(pairs.source[number] for number in chosen), tuple(pairs.target[number] for number in chosen)
        )
        lengths = [words[number] for number in chosen]
        bands.append(_band(translator, band, min(lengths), max(lengths)))
    return tuple(bands)


def _band(translator: Translator, pairs: SentencePairs, shortest: int, longest: int) -> Band:
    model = translator.model
    sources, targets = (translator.vocabulary.encode(side) for side in (pairs.source, pairs.target))
    read = padded([[*ids, END] for ids in sources])
    target = padded([[BEGIN, *ids, END] for ids in targets])
    wanted = target[:, 1:]
    logits = model(read, target[:, :-1]).float()
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none").sum(dim=1)
    written = [list(row.token_ids) for row in greedy_search(model, sources)]
    crossing = {}  # sentences of one length send as many numbers
    for ids in sources:
        if len(ids) not in crossing:
            stages = bridge_stages(model, torch.tensor([[*ids, END]]))
            crossing[len(ids)] = sum(stage.numbers for stage in stages)
    return Band(
        shortest,
        longest,
        len(pairs),
        ratio_interval(losses.tolist(), (wanted != PAD).sum(dim=1).tolist()),
        ratio_interval(
            [_held(own, ids) for own, ids in zip(written, targets, strict=True)],
            [len(ids) for ids in targets],
        ),
        sum(crossing[len(ids)] for ids in sources) / sum(len(ids) + 1 for ids in sources),
    )


def _held(written: list[int], reference: list[int]) -> int:
    """Tokens of the reference that are written, each as often as there at the most.

    >>> _held([5, 5, 6], [5, 6, 7])
    2
    """
    return sum(min(written.count(token), reference.count(token)) for token in set(reference))
