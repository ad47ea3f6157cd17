"""The words in training with an index from each pair of neighbours to the words that contain it.

A merge then touches only the words where its pair stands, and only the counts of the pairs beside it.
To be fast in plain Python, a word is kept as a string in which one character stands for one token (the
character whose code point is the token's id), so that a merge is one `str.replace`-like operation and
comparing two pairs compares their ids.
"""

from collections import defaultdict
from itertools import pairwise

from core.tokenizer.training.start import Start


class PairIndex:
    """Words, pair counts, and where each pair stands; changed by `merge`.

    Attributes:
        words: each distinct word, one character a token.
        counts: how often each word occurs.
        pair_counts: occurrences of each pair (a string of two characters) in the whole text; may hold zeros.
        corpus_tokens: tokens in the whole text.
        merged_at: for each word, the numbers of the merges that changed it; the first merge is 1.
    """

    def __init__(self, start: Start) -> None:
        spelling = {token: chr(number) for number, token in enumerate(start.tokens)}
        self.words = ["".join([spelling[symbol] for symbol in word]) for word, _ in start.words]
        self.counts = [count for _, count in start.words]
        self.pair_counts: dict[str, int] = defaultdict(int)
        self._where: dict[str, set[int]] = defaultdict(set)
        self.corpus_tokens = 0
        self.merged_at: list[list[int]] = [[] for _ in self.words]
        self._merges = 0
        for number, word in enumerate(self.words):
            count = self.counts[number]
            self.corpus_tokens += count * len(word)
            for left, right in pairwise(word):
                self.pair_counts[left + right] += count
                self._where[left + right].add(number)

    def merge(self, pair: str, new: str) -> set[str]:
        """Replace `pair` by the token `new` everywhere; returns the other pairs whose counts changed.

        The pair itself is gone afterwards: overlaps such as the second (a, a) of "aaa" go with it.
        """
        changed: set[str] = set()
        self._merges += 1
        for number in self._where.pop(pair, ()):
            parts = self.words[number].split(pair)
            merges = len(parts) - 1
            if not merges:  # an earlier merge took this word's occurrence away
                continue
            self.words[number] = new.join(parts)
            self.merged_at[number].append(self._merges)
            self.corpus_tokens -= merges * self.counts[number]
            self._recount_neighbours(pair, new, parts, number, changed)
        self.pair_counts.pop(pair, None)
        changed.discard(pair)
        return changed

    def _recount_neighbours(
        self, pair: str, new: str, parts: list[str], number: int, changed: set[str]
    ) -> None:
        """Between each two `parts` stood the pair and now stands `new`: adjust what it touches."""
        count, counts, where = self.counts[number], self.pair_counts, self._where
        left, right = pair[0], pair[1]
        before = parts[0]
        previous = before[-1:]
        for index in range(1, len(parts)):
            after = parts[index]
            if before or index > 1:  # an empty part between two merges: the neighbour is the merge before
                lost, gained = (previous if before else right) + left, (previous if before else new) + new
                counts[lost] -= count
                counts[gained] += count
                where[gained].add(number)
                changed.update((lost, gained))
            if after:
                lost, gained = right + after[0], new + after[0]
                counts[lost] -= count
                counts[gained] += count
                where[gained].add(number)
                changed.update((lost, gained))
            before, previous = after, after[-1:]
