"""Several vocabularies on one text: where all of them cut, and where they differ.

A vocabulary cuts at a place between two characters when a token ends there and no token reaches
across. BERT drops white space, so its next token may begin later; the cut then counts where the
earlier token ends, which is where the others, whose tokens begin with their space, cut too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from core.tokenizer.encoding import Encoding


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place in the text where at least one vocabulary cuts."""

    position: int
    """In characters from the beginning, between 1 and the text's length - 1."""
    cuts: tuple[bool, ...]
    """For each vocabulary, whether it cuts here."""

    @property
    def shared(self) -> bool:
        """Whether all of them do."""
        return all(self.cuts)


@dataclass(frozen=True, slots=True)
class Segment:
    """The text between two neighbouring places where all vocabularies cut."""

    start: int
    end: int
    tokens: tuple[tuple[int, int], ...]
    """For each vocabulary, the first of its tokens here and one past the last."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """The same text in several vocabularies, side by side, kept as numbers until it is looked at."""

    vocabularies: tuple[str, ...]
    positions: np.ndarray
    """(boundaries,) where at least one vocabulary cuts, rising."""
    cuts: np.ndarray
    """(vocabularies, boundaries) whether each of them does."""
    edges: np.ndarray
    """(segments + 1,) the places where all cut, with the text's beginning and end."""
    firsts: np.ndarray
    """(vocabularies, segments + 1) the number of the first token from each edge on."""

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """Every place where at least one vocabulary cuts."""
        return self._boundaries(0, len(self.positions))

    @property
    def segments(self) -> "Segments":
        """The stretches between places where all cut."""
        return Segments(self)

    @property
    def agreement(self) -> float:
        """The share of boundaries that all vocabularies have; 1 where there is none."""
        return float(self.cuts.all(axis=0).mean()) if len(self.positions) else 1.0

    def boundaries_between(self, start: int, end: int) -> tuple[Boundary, ...]:
        """The boundaries from character `start` up to, not including, `end`."""
        first, last = np.searchsorted(self.positions, (start, end))
        return self._boundaries(int(first), int(last))

    def _boundaries(self, first: int, last: int) -> tuple[Boundary, ...]:
        cuts = map(tuple, self.cuts[:, first:last].T.tolist())
        return tuple(map(Boundary, self.positions[first:last].tolist(), cuts))


@dataclass(frozen=True)
class Segments(Sequence[Segment]):
    """The segments of an alignment, made when asked for; ten megabytes have millions."""

    alignment: Alignment

    def __len__(self) -> int:
        return max(len(self.alignment.edges) - 1, 0)

    @overload
    def __getitem__(self, index: int) -> Segment: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Segment, ...]: ...
    def __getitem__(self, index: int | slice) -> Segment | tuple[Segment, ...]:
        numbers = range(len(self))[index]
        if isinstance(numbers, range):
            return tuple(map(self._segment, numbers))
        return self._segment(numbers)

    def _segment(self, number: int) -> Segment:
        edges, firsts = self.alignment.edges, self.alignment.firsts
        tokens = map(tuple, firsts[:, number : number + 2].tolist())
        return Segment(int(edges[number]), int(edges[number + 1]), tuple(tokens))


def aligned(encodings: Sequence[Encoding]) -> Alignment:
    """Line up encodings of the same text.

    Raises:
        ValueError: none, or of different texts.

    >>> from core.tokenizer.encoding import Token
    >>> one = Encoding("one", "abc", (Token(0, "ab", b"ab", 0, 2), Token(1, "c", b"c", 2, 3)))
    >>> two = Encoding("two", "abc", tuple(Token(i, c, c.encode(), i, i + 1) for i, c in enumerate("abc")))
    >>> [(b.position, b.cuts) for b in aligned([one, two]).boundaries]
    [(1, (False, True)), (2, (True, True))]
    >>> [(s.start, s.end, s.tokens) for s in aligned([one, two]).segments]
    [(0, 2, ((0, 1), (0, 2))), (2, 3, ((1, 2), (2, 3)))]
    """
    if len({encoding.text for encoding in encodings}) != 1:
        raise ValueError("alignment needs encodings of one text")
    length = len(encodings[0].text)
    cuts = np.stack([_cuts(encoding, length) for encoding in encodings])
    positions = np.flatnonzero(cuts.any(axis=0))
    shared = np.flatnonzero(cuts.all(axis=0))
    edges = np.concatenate(([0], shared, [length])) if length else np.zeros(1, dtype=np.int64)
    names = tuple(encoding.vocabulary for encoding in encodings)
    firsts = np.stack([_first_tokens(encoding, edges) for encoding in encodings])
    return Alignment(names, positions, cuts[:, positions], edges, firsts)


def _cuts(encoding: Encoding, length: int) -> np.ndarray:
    """(length + 1,) whether the vocabulary cuts before character k; never at the text's two ends."""
    starts = np.asarray(encoding.starts, dtype=np.int64)
    ends = np.asarray(encoding.ends, dtype=np.int64)
    cut = np.zeros(length + 1, dtype=bool)
    cut[ends] = True
    wide = ends > starts
    opened = np.bincount(starts[wide] + 1, minlength=length + 1)
    closed = np.bincount(ends[wide], minlength=length + 1)
    cut &= np.cumsum(opened - closed) == 0
    cut[[0, length]] = False
    return cut


def _first_tokens(encoding: Encoding, edges: np.ndarray) -> np.ndarray:
    """(edges,) the number of the first token at or after each edge."""
    first = np.searchsorted(np.asarray(encoding.starts, dtype=np.int64), edges, side="left")
    first[0], first[-1] = 0, encoding.count
    return first
