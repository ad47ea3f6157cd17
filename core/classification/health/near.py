"""Near-duplicates: texts that share most of their character n-grams ("shingles").

Likeness is Jaccard's: |A and B| / |A or B| of the two sets of shingles. With a matrix X of texts by shingles,
one where a text has the shingle, X times its transpose counts what every two texts share, so all pairs are
compared exactly, a block of texts at a time. (Sketches such as MinHash, which estimate the same ratio, pay
off from hundreds of thousands of texts on.)

Source: Broder 1997, "On the Resemblance and Containment of Documents".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy.sparse import csr_array

from core.classification.health.plain import bare
from core.errors import GlassboxError

LATIN_SIZE, CJK_SIZE = 3, 2
"""Characters of a shingle; two Chinese characters say as much as a word."""
LONGEST_COMPARED = 2_000
"""Characters of a text from which its shingles are taken."""
MOST_COMPARED = 15_000
"""Texts; some 15 s on one core."""
BLOCK = 500
"""Texts compared with all others at once."""
LEAST_LIKE = 0.4
"""The lowest threshold: below it, texts about the same thing count as the same text."""


@dataclass(frozen=True)
class Pair:
    """Two texts that are alike."""

    first: int
    second: int
    likeness: float
    """Jaccard's, 0 to 1."""


def shingles(text: str) -> frozenset[str]:
    """The character n-grams of the text without case and punctuation; a shorter text is its own.

    >>> sorted(shingles("Hello!")), sorted(shingles("退款没到"))
    (['ell', 'hel', 'llo'], ['款没', '没到', '退款'])
    """
    letters = bare(text)[:LONGEST_COMPARED]
    cjk = sum(character >= "\u3040" for character in letters)
    size = CJK_SIZE if 2 * cjk > len(letters) else LATIN_SIZE
    return frozenset(letters[at : at + size] for at in range(max(1, len(letters) - size + 1)))


def near_pairs(texts: Sequence[str], threshold: float = 0.6) -> tuple[Pair, ...]:
    """Every pair of texts at least that alike, in the order of the texts.

    Texts that are equal but for case and punctuation are pairs of likeness 1. The time grows with the square
    of the number of texts: some 12 s for 13,000 short ones on one core.

    Raises:
        GlassboxError: a threshold outside 0.4 to 1, or more texts than are compared.

    >>> near_pairs(["where is my order", "Where is my order 5?", "send it back"])
    (Pair(first=0, second=1, likeness=0.8823529411764706),)
    """
    if not LEAST_LIKE <= threshold <= 1:
        raise GlassboxError("classification.data.error.threshold", low=LEAST_LIKE)
    if len(texts) > MOST_COMPARED:
        raise GlassboxError("classification.data.error.compared", most=MOST_COMPARED)
    matrix = shingle_matrix(texts)
    sizes = np.diff(matrix.indptr)
    transposed = matrix.T.tocsr()
    found = []
    for begin in range(0, len(texts), BLOCK):
        shared = (matrix[begin : begin + BLOCK] @ transposed).tocoo()
        first, second = shared.row + begin, shared.col
        either = sizes[first] + sizes[second] - shared.data
        alike = (first < second) & (shared.data >= threshold * either - 1e-9)
        likeness = shared.data[alike] / either[alike]
        rows = zip(first[alike].tolist(), second[alike].tolist(), likeness.tolist(), strict=True)
        found += [Pair(*row) for row in rows]
    return tuple(sorted(found, key=lambda pair: (pair.first, pair.second)))


def shingle_matrix(texts: Sequence[str]) -> csr_array:
    """(texts, different shingles) int32, 1 where the text has the shingle."""
    sets = [shingles(text) for text in texts]
    numbers = {shingle: number for number, shingle in enumerate(dict.fromkeys(chain.from_iterable(sets)))}
    columns = np.fromiter((numbers[shingle] for each in sets for shingle in each), np.int32)
    starts = np.cumsum([0, *map(len, sets)])
    ones = np.ones(len(columns), np.int32)
    return csr_array((ones, columns, starts), shape=(len(sets), max(1, len(numbers))))


def joined(count: int, pairs: Iterable[Pair]) -> tuple[int, ...]:
    """A group number for each of `count` texts: those that a chain of pairs connects share one.

    The number is the place of the group's first text.

    >>> joined(5, [Pair(0, 3, 0.9), Pair(3, 4, 0.8)])
    (0, 1, 2, 0, 0)
    """
    roots = list(range(count))

    def root(at: int) -> int:
        while roots[at] != at:
            roots[at] = roots[roots[at]]
            at = roots[at]
        return at

    for pair in pairs:
        first, second = sorted((root(pair.first), root(pair.second)))
        roots[second] = first
    return tuple(root(at) for at in range(count))
