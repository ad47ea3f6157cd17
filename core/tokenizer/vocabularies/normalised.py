"""A text in Unicode's composed form (NFC), with the way back to the characters it came from.

Qwen composes its input: "e" followed by a combining accent becomes the one character "é" before it is
cut into tokens. Offsets must still count the reader's own characters. NFC works within short
stretches (a base character and what composes with it), so only stretches that change are looked at.
Source: Unicode Standard Annex #15, sections 1.3 and 9.1.
"""

import re
import sys
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.tokenizer.vocabularies.offsets import integers


@dataclass(frozen=True)
class Composed:
    """The composed text; `starts` and `ends` have one entry more than it has characters."""

    text: str
    starts: np.ndarray
    """(characters + 1,) where in the source the stretch of each composed character begins."""
    ends: np.ndarray
    """(characters + 1,) entry k: where in the source the stretch of character k - 1 ends."""

    def source_span(self, starts: Sequence[int], ends: Sequence[int]) -> "tuple[array[int], array[int]]":
        """Spans in the composed text as spans in the source."""
        begin = self.starts[np.asarray(starts, dtype=np.int64)]
        end = np.maximum(self.ends[np.asarray(ends, dtype=np.int64)], begin)
        return integers(begin), integers(end)


def composed(text: str) -> Composed | None:
    """`text` in NFC, or None where it is that already.

    >>> result = composed("ae\\u0301b")
    >>> result.text, result.source_span([1], [2])
    ('aéb', (array('i', [1]), array('i', [3])))
    """
    if unicodedata.is_normalized("NFC", text):
        return None
    parts: list[str] = []
    starts: list[np.ndarray] = []
    ends: list[np.ndarray] = [np.zeros(1, dtype=np.int64)]
    at = 0
    for match in _stretches().finditer(text):
        new = unicodedata.normalize("NFC", match[0])
        if new == match[0]:
            continue
        begin, end = match.span()
        parts += [text[at:begin], new]
        starts += [np.arange(at, begin), np.full(len(new), begin)]
        ends += [np.arange(at + 1, begin + 1), np.full(len(new), end)]
        at = end
    parts.append(text[at:])
    starts += [np.arange(at, len(text)), np.array([len(text)])]
    ends.append(np.arange(at + 1, len(text) + 1))
    return Composed("".join(parts), np.concatenate(starts), np.concatenate(ends))


@cache
def _stretches() -> re.Pattern[str]:
    """A character with all that may compose with it, or one that NFC replaces by itself."""
    decompositions = ((code, unicodedata.normalize("NFD", chr(code))) for code in _characters())
    changed = {code: full for code, full in decompositions if full != chr(code)}
    seconds = {ord(character) for full in changed.values() for character in full[1:]}
    marks = {code for code in _characters() if unicodedata.combining(chr(code))} | seconds
    joining = marks | {code for code, full in changed.items() if ord(full[0]) in marks}
    replaced = {code for code in changed if unicodedata.normalize("NFC", chr(code)) != chr(code)}
    join = _character_class(joining)
    return re.compile(f".?{join}+|{_character_class(replaced)}", re.DOTALL)


def _characters() -> range | list[int]:
    return [code for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]


def _character_class(codes: set[int]) -> str:
    """A regular expression's class of these code points, as ranges."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"
