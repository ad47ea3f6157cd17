"""Sentence pairs of the grammar: as many as asked for, all different, a tenth of all held out.

Whether a sentence is held out is decided by its own hash, so no training set of any size or seed
shares a sentence with what a model is tested on.
"""

import hashlib
import random
from functools import lru_cache

from core.errors import GlassboxError
from core.translation.grammar.captions import Caption, draw_caption
from core.translation.pairs import SentencePairs

HELD_OUT_OF_TEN = 1
MOST_PAIRS = 200_000
"""More are refused: the grammar has millions, but a page would wait for them."""


def grammar_pairs(count: int, seed: int = 0) -> SentencePairs:
    """`count` different German captions with their translations, for training.

    Raises:
        GlassboxError: the count is not from 1 to `MOST_PAIRS`.

    >>> pairs = grammar_pairs(2)
    >>> len(pairs), pairs == grammar_pairs(2)
    (2, True)
    """
    return _pairs_of(grammar_captions(count, seed))


def held_out_pairs(count: int, seed: int = 0) -> SentencePairs:
    """`count` different pairs, none of which `grammar_pairs` ever gives.

    Raises:
        GlassboxError: the count is not from 1 to `MOST_PAIRS`.
    """
    return _pairs_of(held_out_captions(count, seed))


@lru_cache(maxsize=2)
def grammar_captions(count: int, seed: int = 0) -> tuple[Caption, ...]:
    """What `grammar_pairs` gives, with how each caption is made."""
    return _drawn(count, seed, held_out=False)


@lru_cache(maxsize=4)
def held_out_captions(count: int, seed: int = 0) -> tuple[Caption, ...]:
    """What `held_out_pairs` gives, with how each caption is made."""
    return _drawn(count, seed, held_out=True)


def is_held_out(german: str) -> bool:
    """Whether this sentence belongs to the tenth that no model is trained on."""
    return hashlib.sha256(german.encode()).digest()[0] % 10 < HELD_OUT_OF_TEN


def _drawn(count: int, seed: int, held_out: bool) -> tuple[Caption, ...]:
    if not 1 <= count <= MOST_PAIRS:
        raise GlassboxError("translation.train.error.grammar_count", high=MOST_PAIRS)
    chance = random.Random(seed)  # noqa: S311 - no secret depends on it
    found: dict[str, Caption] = {}
    while len(found) < count:
        caption = draw_caption(chance)
        if is_held_out(caption.german) == held_out:
            found.setdefault(caption.german, caption)
    return tuple(found.values())


def _pairs_of(captions: tuple[Caption, ...]) -> SentencePairs:
    return SentencePairs(
        tuple(caption.german for caption in captions), tuple(caption.english for caption in captions)
    )
