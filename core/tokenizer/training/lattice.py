"""All segmentations of many words at once: a graph whose edges are tokens, as flat arrays.

A word of n characters has n + 1 nodes, one before each character and one at its end; every token that
occurs in it is an edge from where it starts to where it ends. A path through a word is one segmentation,
its score the sum of its tokens' log-probabilities. Going through the nodes from left to right gives

    forward:  alpha(end) = log sum over edges of exp(alpha(start) + score)     all segmentations together
    best:     alpha(end) = max over edges of alpha(start) + score              Viterbi

and going back from right to left tells how often each token is used, by sharing each node's count among
the edges that reach it. All words take the step to their i-th character together, as one array operation.

Source: Kudo 2018, "Subword Regularization", section 3.2 and appendix A.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Lattice:
    """The edges of `words`, ordered by how far into its word an edge ends.

    Every character of every word must be reachable: with `whole=True`, each must be a token.

    Args:
        words: the texts to segment.
        ids: the id of each token.
        longest: characters of the longest token.
        whole: False leaves out the edge that is the whole word: the ways to spell it without itself.
    """

    def __init__(
        self, words: Sequence[str], ids: Mapping[str, int], longest: int, whole: bool = True
    ) -> None:
        lengths = np.array([len(word) for word in words], dtype=np.int64)
        self._first: Integers = np.concatenate([[0], np.cumsum(lengths + 1)])[:-1]
        self._last: Integers = self._first + lengths
        edges = [
            (end, first + start, first + end, number)
            for word, first in zip(words, self._first.tolist(), strict=True)
            for end in range(1, len(word) + 1)
            for start in range(max(0, end - longest), end)
            if (number := ids.get(word[start:end])) is not None and (whole or end - start < len(word))
        ]
        flat = np.fromiter(chain.from_iterable(edges), dtype=np.int64, count=4 * len(edges))
        depths, starts, ends, tokens = flat.reshape(-1, 4).T
        order = np.lexsort((starts, ends, depths))
        self._depths, self._starts, self._ends, self._tokens = (
            array[order] for array in (depths, starts, ends, tokens)
        )

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop the edges of tokens for which `kept`, (old vocabulary,), is False; the others get new ids."""
        renumbered = np.cumsum(kept) - 1
        edges = kept[self._tokens]
        self._depths, self._starts, self._ends = (
            array[edges] for array in (self._depths, self._starts, self._ends)
        )
        self._tokens = renumbered[self._tokens[edges]]

    def select(self, words: NDArray[np.bool_]) -> None:
        """Drop the words for which `words`, (words,), is False."""
        gone = np.zeros(int(self._last.max(initial=0)) + 1, dtype=bool)
        for first, last in zip(self._first[~words].tolist(), self._last[~words].tolist(), strict=True):
            gone[first : last + 1] = True
        edges = ~gone[self._ends]
        self._depths, self._starts, self._ends, self._tokens = (
            array[edges] for array in (self._depths, self._starts, self._ends, self._tokens)
        )
        self._first, self._last = self._first[words], self._last[words]

    def forward(self, scores: Floats) -> tuple[Floats, Floats]:
        """Log-probability of each word over all its segmentations, and each edge's share of its end node.

        Args:
            scores: (vocabulary,) natural log-probabilities.

        Returns:
            (words,) and (edges,); an edge's share is the probability that a path to its end comes over it.
        """
        alpha = self._empty_nodes()
        shares = np.zeros(len(self._ends))
        for edges, groups, sizes in self._levels():
            values = alpha[self._starts[edges]] + scores[self._tokens[edges]]
            top = np.repeat(np.maximum.reduceat(values, groups), sizes)
            weights = np.exp(values - top)
            totals = np.add.reduceat(weights, groups)
            alpha[self._ends[edges][groups]] = top[groups] + np.log(totals)
            shares[edges] = weights / np.repeat(totals, sizes)
        return alpha[self._last], shares

    def best(self, scores: Floats) -> tuple[Floats, Floats]:
        """Log-probability of each word's best segmentation, and 1 for the best edge into each node, else 0.

        Of equally good edges the longest token wins, as in SentencePiece.

        Returns:
            (words,), minus infinity where a word has no segmentation, and (edges,).
        """
        alpha = self._empty_nodes()
        shares = np.zeros(len(self._ends))
        for edges, groups, sizes in self._levels():
            values = alpha[self._starts[edges]] + scores[self._tokens[edges]]
            top = np.maximum.reduceat(values, groups)
            alpha[self._ends[edges][groups]] = top
            winners = np.flatnonzero(values == np.repeat(top, sizes))
            group = np.repeat(np.arange(len(groups)), sizes)[winners]
            shares[edges.start + winners[np.unique(group, return_index=True)[1]]] = 1.0
        return alpha[self._last], shares

    def token_counts(self, shares: Floats, word_counts: Floats, vocabulary_size: int) -> Floats:
        """How often each token is used: each word's count flows back along the shares of its edges.

        Args:
            shares: (edges,) from `forward` (expected counts) or `best` (counts in the best segmentation).
            word_counts: (words,).

        Returns:
            (vocabulary,) counts.
        """
        flow = np.zeros(int(self._last.max(initial=0)) + 1)
        flow[self._last] = word_counts
        used = np.zeros(len(self._ends))
        for edges, _, _ in reversed(list(self._levels())):
            used[edges] = flow[self._ends[edges]] * shares[edges]
            np.add.at(flow, self._starts[edges], used[edges])
        counts = np.bincount(self._tokens, weights=used, minlength=vocabulary_size)
        return counts.astype(np.float64)

    def _empty_nodes(self) -> Floats:
        alpha = np.full(int(self._last.max(initial=0)) + 1, -np.inf)
        alpha[self._first] = 0.0
        return alpha

    def _levels(self) -> list[tuple[slice, Integers, Integers]]:
        """For each depth: its edges, where the edges of each end node begin among them, and how many."""
        bounds = np.flatnonzero(np.diff(self._depths, prepend=0, append=0))
        levels = []
        for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            groups = np.flatnonzero(np.diff(self._ends[start:stop], prepend=-1))
            levels.append((slice(start, stop), groups, np.diff(groups, append=stop - start)))
        return levels
