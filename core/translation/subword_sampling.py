"""BPE-dropout with a seed: the same word cut in different ways from epoch to epoch.

Byte-pair encoding merges the pair of neighbours that was learned first, again and again. Here each
possible merge is passed over with probability p at every round; with p = 0 the usual cut remains.
A model that sees `▁Hun d` beside `▁Hund` learns what the parts mean and copes with rarer words.

Simplified: each distinct word gets a fixed number of cuts, drawn once, among which every occurrence
draws anew: that costs a thousandth of merging each occurrence, and can be repeated exactly.

Source: Provilkov, Emelianenko and Voita 2020, "BPE-Dropout: Simple and Effective Subword
Regularization", algorithm 1.
"""

import itertools
import random
from collections.abc import Mapping, Sequence

from core.translation.vocabulary import Vocabulary

CUTS_PER_WORD = 24


def cut_with_dropout(
    word: str, ranks: Mapping[tuple[str, str], int], dropout: float, chance: random.Random
) -> list[str]:
    """Cut `word` by its merges, lower ranks first, each passed over with probability `dropout`.

    >>> ranks = {("l", "o"): 0, ("lo", "w"): 1}
    >>> [cut_with_dropout("low", ranks, dropout, random.Random(0)) for dropout in (0.0, 1.0)]
    [['low'], ['l', 'o', 'w']]
    """
    parts = list(word)
    while True:
        possible = [
            (ranks[pair], place)
            for place, pair in enumerate(itertools.pairwise(parts))
            if pair in ranks and chance.random() >= dropout
        ]
        if not possible:
            return parts
        _, place = min(possible)
        parts[place : place + 2] = [parts[place] + parts[place + 1]]


class SubwordSampler:
    """Sentences to token ids, cut anew each time."""

    def __init__(self, vocabulary: Vocabulary, sentences: Sequence[str], dropout: float, seed: int) -> None:
        """Draw the cuts of every word in `sentences`; with `dropout` of 0 the vocabulary's own cuts stay."""
        self._always = None if dropout else vocabulary.encode(sentences)
        if self._always is not None:
            return
        chance = random.Random(seed)  # noqa: S311 - no secret depends on it
        ranks = vocabulary.merge_ranks()
        self._sentences = [vocabulary.words(sentence) for sentence in sentences]
        self._cuts = {
            word: [
                vocabulary.ids(cut_with_dropout(word, ranks, dropout, chance)) for _ in range(CUTS_PER_WORD)
            ]
            for word in dict.fromkeys(word for words in self._sentences for word in words)
        }

    def draw(self, seed: int) -> list[list[int]]:
        """Token ids of each sentence; the same seed gives the same cuts."""
        if self._always is not None:
            return self._always
        chance = random.Random(seed)  # noqa: S311 - no secret depends on it
        drawn = []
        for words in self._sentences:
            cuts = [self._cuts[word] for word in words]
            drawn.append([number for ways in cuts for number in ways[int(chance.random() * len(ways))]])
        return drawn
