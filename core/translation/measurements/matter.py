"""What decides the prediction of the view "What mattered"."""

import random
from dataclasses import replace
from typing import Any

import torch

from core.curriculum.question import Measurement
from core.translation.build import build_model
from core.translation.grammar.pairs import held_out_pairs
from core.translation.greedy import greedy_search
from core.translation.model import TranslationModel
from core.translation.model_folder import Translator
from core.translation.shipped import shipped_translator
from core.translation.vocabulary import BEGIN, END

SENTENCES, FEW = 40, 8
READ = 7
"""Tokens of a beginning whose earlier ones are shuffled; the last stays."""


def order_without_positions(small: bool = False, translator: Translator | None = None) -> Measurement:
    """Share of sentences that the Transformer translates alike when their tokens are shuffled, positions off.

    The weights are those of the shipped model, which learned with positions: that the order of the
    source cannot matter without them is a matter of the architecture, not of the training.

    Args:
        small: fewer sentences.
        translator: another Transformer than the shipped one.
    """
    translator = translator or shipped_translator("transformer")
    pairs = held_out_pairs(FEW if small else SENTENCES)
    sources = translator.vocabulary.encode(pairs.source)
    targets = [ids[:READ] for ids in translator.vocabulary.encode(pairs.target) if len(ids) >= READ]
    blind = without_positions(translator.model)
    return Measurement(
        _same_when_shuffled(blind, sources),
        values={
            "with_positions": _same_when_shuffled(translator.model, sources),
            "decoder_off": beginning_matters(blind, sources[0], targets),
            "decoder_on": beginning_matters(translator.model, sources[0], targets),
            "sentences": len(sources),
        },
        note_key="translation.matter.measured.order",
    )


def without_positions(model: TranslationModel[Any]) -> TranslationModel[Any]:
    """The same parameters, and nothing that tells where a token stands."""
    other = build_model(replace(model.settings, positions="none"))
    other.load_state_dict(model.state_dict())
    return other.eval().requires_grad_(False)


def _same_when_shuffled(model: TranslationModel[Any], sources: list[list[int]]) -> float:
    """Share of sources with the same greedy translation in the right order and in a random one."""
    straight = greedy_search(model, sources)
    mixed = greedy_search(model, [shuffled(ids, number) for number, ids in enumerate(sources)])
    same = sum(one.token_ids == other.token_ids for one, other in zip(straight, mixed, strict=True))
    return same / len(sources)


@torch.inference_mode()
def beginning_matters(model: TranslationModel[Any], source: list[int], beginnings: list[list[int]]) -> float:
    """How far the next token's probabilities move when the earlier tokens of a beginning change places.

    Returns:
        the mean total variation: the probability that changes hands, 0 to 1.
    """
    read = torch.tensor([[*source, END]]).expand(len(beginnings), -1)
    mixed = [[*shuffled(ids[:-1], number), ids[-1]] for number, ids in enumerate(beginnings)]
    moved = [
        torch.softmax(model(read, torch.tensor([[BEGIN, *ids] for ids in rows]))[:, -1], -1)
        for rows in (beginnings, mixed)
    ]
    return float((moved[0] - moved[1]).abs().sum(-1).mean() / 2)


def shuffled(ids: list[int], seed: int) -> list[int]:
    """The tokens in another order, wherever another is possible.

    >>> shuffled([1, 2], 0), shuffled([5, 5], 0)
    ([2, 1], [5, 5])
    """
    chance = random.Random(seed)  # noqa: S311 - no secret depends on it
    mixed = list(ids)
    while mixed == ids and len(set(ids)) > 1:
        chance.shuffle(mixed)
    return mixed
