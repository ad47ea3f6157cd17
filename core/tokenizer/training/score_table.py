"""The scores of all pairs in arrays, so that WordPiece can compute every one of them at every step."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from core.tokenizer.training.pair_index import PairIndex


class ScoreTable:
    """Pair counts and token counts in arrays, kept in step with a `PairIndex`.

    A pair is a string of two characters whose code points are the ids of its tokens.
    """

    def __init__(self, index: PairIndex) -> None:
        self._index = index
        self._slots: dict[str, int] = {}
        self._counts = np.zeros(1024)
        self._sides = np.zeros((2, 1024), dtype=np.int64)
        self._token_counts = np.zeros(1024)
        tokens: Counter[str] = Counter()
        for word, count in zip(index.words, index.counts, strict=True):
            for character in word:
                tokens[character] += count
        for character, count in tokens.items():
            self._add_to_token(character, count)
        self._read(index.pair_counts)

    def token_count(self, character: str) -> int:
        """How often the token stands in the text as it is cut now."""
        return int(self._token_counts[ord(character)])

    def update(self, pair: str, new: str, merged: int, changed: Iterable[str]) -> None:
        """After `merged` occurrences of `pair` became `new`, and the counts of the pairs `changed`."""
        for character, change in ((pair[0], -merged), (pair[1], -merged), (new, merged)):
            self._add_to_token(character, change)
        self._read((pair, *changed))

    def best(self) -> str | None:
        """The pair with the highest score; ties go to the higher count, then to the smaller ids.

        Scores are correctly rounded quotients of integers below 2^53, so equal fractions tie exactly.
        """
        size = len(self._slots)
        counts, sides = self._counts[:size], self._sides[:, :size]
        present = np.flatnonzero(counts > 0)
        if not present.size:
            return None
        left, right = sides[:, present]
        scores = counts[present] / (self._token_counts[left] * self._token_counts[right])
        tied = present[scores == scores.max()]
        winner = min((-counts[slot], *sides[:, slot]) for slot in tied)
        return chr(int(winner[1])) + chr(int(winner[2]))

    def _read(self, pairs: Iterable[str]) -> None:
        for pair in pairs:
            slot = self._slots.setdefault(pair, len(self._slots))
            if slot >= len(self._counts):
                self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)])
                self._sides = np.concatenate([self._sides, np.zeros_like(self._sides)], axis=1)
            self._counts[slot] = self._index.pair_counts.get(pair, 0)
            self._sides[:, slot] = ord(pair[0]), ord(pair[1])

    def _add_to_token(self, character: str, change: int) -> None:
        number = ord(character)
        while number >= len(self._token_counts):
            self._token_counts = np.concatenate([self._token_counts, np.zeros_like(self._token_counts)])
        self._token_counts[number] += change
