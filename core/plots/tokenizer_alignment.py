"""Encodings of one text in columns: a column ends where all vocabularies cut."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.plots.tokenizer_tokens import Faces, token_faces
from core.tokenizer.alignment import Alignment
from core.tokenizer.encoding import Encoding


@dataclass(frozen=True, slots=True)
class Column:
    """A stretch of the text: the tokens of each vocabulary in it."""

    rows: tuple[Faces, ...]
    differs: bool
    """Whether the vocabularies cut inside it in different places."""


def alignment_columns(
    alignment: Alignment, encodings: Sequence[Encoding], first: int, last: int
) -> list[Column]:
    """The columns for the segments from `first` up to `last`."""
    found = []
    for segment in alignment.segments[first:last]:
        rows = tuple(
            token_faces(encoding.tokens[slice(*span)])
            for encoding, span in zip(encodings, segment.tokens, strict=True)
        )
        inside = alignment.boundaries_between(segment.start + 1, segment.end)
        found.append(Column(rows, bool(inside) or len({len(row.kinds) for row in rows}) > 1))
    return found
