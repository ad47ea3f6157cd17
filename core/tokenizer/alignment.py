"""Several vocabularies on one text: where all of them cut, and where they differ.

A vocabulary cuts at a place between two characters when a token ends there and no token reaches
across. BERT drops white space, so its next token may begin later; the cut then counts where the
earlier token ends, which is where the others, whose tokens begin with their space, cut too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Alignment:
    """The same text in several vocabularies, side by side."""

    vocabularies: tuple[str, ...]
    boundaries: tuple[Boundary, ...]
    segments: tuple[Segment, ...]

    @property
    def agreement(self) -> float:
        """The share of boundaries that all vocabularies have; 1 where there is none."""
        shared = sum(boundary.shared for boundary in self.boundaries)
        return shared / len(self.boundaries) if self.boundaries else 1.0


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
    boundaries = map(Boundary, positions.tolist(), map(tuple, cuts[:, positions].T.tolist()))
    shared = np.flatnonzero(cuts.all(axis=0))
    edges = np.concatenate(([0], shared, [length])) if length else np.zeros(1, dtype=np.int64)
    names = tuple(encoding.vocabulary for encoding in encodings)
    return Alignment(names, tuple(boundaries), _segments(encodings, edges))


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


def _segments(encodings: Sequence[Encoding], edges: np.ndarray) -> tuple[Segment, ...]:
    """The stretches between `edges`, each with the tokens of every vocabulary in it."""
    columns = []
    for encoding in encodings:
        first = np.searchsorted(np.asarray(encoding.starts, dtype=np.int64), edges, side="left")
        first[0], first[-1] = 0, encoding.count
        columns.append(list(zip(first[:-1].tolist(), first[1:].tolist(), strict=True)))
    stretches = zip(edges[:-1].tolist(), edges[1:].tolist(), zip(*columns, strict=True), strict=True)
    return tuple(Segment(start, end, tokens) for start, end, tokens in stretches)
