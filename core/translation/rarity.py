"""How rare is the rarest word of a sentence? A model translates well what it has often seen.

Counted in the text that the models were trained on, where it is at hand. Where it is not, byte-pair
encoding has kept a trace of it: a word that was frequent in training is one token, a rare one is cut
into pieces.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.translation.vocabulary import Vocabulary

RarityKind = Literal["count", "pieces"]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Rarity:
    """For each sentence its rarest word; a sentence without any word counts as of no rare word."""

    kind: RarityKind
    """`count`: times in the training text; `pieces`: tokens that it is cut into."""
    words: tuple[str, ...]
    values: tuple[int, ...]


def words_of(sentence: str) -> list[str]:
    """The words of a sentence, without punctuation, in one case.

    >>> words_of("Zwei Männer, ein Hund.")
    ['zwei', 'männer', 'ein', 'hund']
    """
    return _WORD.findall(sentence.casefold())


def rarest_by_count(sentences: Iterable[str], training: Iterable[str]) -> Rarity:
    """The word of each sentence that the training text has least often.

    >>> rarest_by_count(["ein Hund bellt"], ["ein Mann", "ein Hund", "Hund"])
    Rarity(kind='count', words=('bellt',), values=(0,))
    """
    counts = Counter(word for sentence in training for word in words_of(sentence))
    most = max(counts.values(), default=0)
    found = [min(((counts[word], word) for word in words_of(each)), default=(most, "")) for each in sentences]
    return Rarity("count", tuple(word for _, word in found), tuple(count for count, _ in found))


def rarest_by_pieces(sentences: Sequence[str], vocabulary: Vocabulary) -> Rarity:
    """The word of each sentence that this vocabulary cuts into most pieces."""
    words = [re.findall(r"\w+", sentence) for sentence in sentences]
    distinct = sorted({word for row in words for word in row})
    pieces = dict(zip(distinct, map(len, vocabulary.encode(distinct)), strict=True))
    found = [max(((pieces[word], word) for word in row), default=(1, "")) for row in words]
    return Rarity("pieces", tuple(word for _, word in found), tuple(count for count, _ in found))
