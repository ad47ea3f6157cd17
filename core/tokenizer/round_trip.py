"""Encode, decode, compare: is the text the same again, and if not, what exactly was lost?

Byte-level vocabularies return every text, Qwen's in composed form. BERT's lower-cases, drops accents,
knows nothing of how wide a white space was, and has characters it cannot write at all. Each change
is read off the tokens: what a token covers in the source against what it stands for.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from core.tokenizer.encoding import Encoding
from core.tokenizer.vocabularies.vocabulary import Vocabulary

Kind = Literal["lower_cased", "accents_removed", "normalised", "unknown", "white_space", "other"]
MOST_CHANGES = 1000
FURTHEST_GAP = 4
"""Characters that a decoder may put between two tokens; beyond that the comparison has lost its way."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that decoding did not bring back."""

    kind: Kind
    start: int
    """Where in the source."""
    end: int
    before: str
    """What stood there."""
    after: str
    """What came back."""


@dataclass(frozen=True)
class RoundTrip:
    """A text, encoded and decoded."""

    same: bool
    decoded: str
    changes: tuple[Change, ...]
    """The first `MOST_CHANGES`, in the order of the text; empty exactly when `same`."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """Tokens that share characters, together: what they cover and what they stand for."""

    start: int
    end: int
    after: str
    unknown: bool


def round_trip(vocabulary: Vocabulary, text: str, encoding: Encoding | None = None) -> RoundTrip:
    """Encode `text`, decode it, and say what changed.

    Args:
        vocabulary: any.
        text: any.
        encoding: of `text` in `vocabulary`, where it is at hand already.

    Raises:
        GlassboxError: lone surrogates.
    """
    encoding = encoding or vocabulary.encode(text)
    decoded = vocabulary.decode(encoding.ids)
    if decoded == text:
        return RoundTrip(True, decoded, ())
    changes = islice(_changes(vocabulary, encoding, decoded), MOST_CHANGES)
    return RoundTrip(False, decoded, tuple(changes))


def _changes(vocabulary: Vocabulary, encoding: Encoding, decoded: str) -> Iterator[Change]:
    """Walk along source and decoded text at once, unit by unit."""
    text, source_at, decoded_at = encoding.text, 0, 0
    for unit in _units(vocabulary, encoding):
        furthest = decoded_at + len(unit.after) + FURTHEST_GAP
        found = decoded.find(unit.after, decoded_at, furthest)
        if found < 0:
            break
        between = decoded[decoded_at:found]
        yield from _gap_change(vocabulary.algorithm, text, source_at, unit.start, between)
        yield from _unit_changes(text[unit.start : unit.end], unit)
        source_at, decoded_at = unit.end, found + len(unit.after)
    else:
        yield from _gap_change(vocabulary.algorithm, text, source_at, len(text), decoded[decoded_at:])
        return
    yield Change("other", source_at, len(text), text[source_at:], decoded[decoded_at:])


def _units(vocabulary: Vocabulary, encoding: Encoding) -> Iterator[_Unit]:
    """Neighbouring tokens that touch the same characters, put together."""
    group: list[int] = []
    start = end = 0
    unknown = False
    for index, token in enumerate(encoding.tokens):
        if group and token.start >= end:
            yield _Unit(start, end, _meaning(vocabulary, encoding, group), unknown)
            group, unknown = [], False
        start, end = (min(start, token.start), max(end, token.end)) if group else (token.start, token.end)
        group.append(index)
        unknown = unknown or token.unknown
    if group:
        yield _Unit(start, end, _meaning(vocabulary, encoding, group), unknown)


def _meaning(vocabulary: Vocabulary, encoding: Encoding, group: list[int]) -> str:
    """The text that these tokens stand for; in front, without a space that the vocabulary put there."""
    data = b"".join(vocabulary.token_bytes(encoding.ids[index]) for index in group)
    if group[0] == 0 and encoding.tokens[0].data != vocabulary.token_bytes(encoding.ids[0]):
        data = data.removeprefix(b" ") if encoding.tokens[0].data == data[1:] else data
    return data.decode(errors="replace")


def _gap_change(algorithm: str, text: str, start: int, end: int, after: str) -> Iterator[Change]:
    """Characters between two tokens against what the decoder put there.

    A byte-level vocabulary leaves nothing out but bytes that it does not have.
    """
    before = text[start:end]
    if before == after:
        return
    rest = "".join(before.split())
    if algorithm == "byte-bpe":
        yield Change("unknown", start, end, before, after)
    elif not rest:
        yield Change("white_space", start, end, before, after)
    elif without_accents(rest) == "":
        yield Change("accents_removed", start, end, before, after)
    else:
        yield Change("other", start, end, before, after)


def _unit_changes(before: str, unit: _Unit) -> Iterator[Change]:
    """What happened to the characters that tokens cover: one change, or two in a row."""
    if before == unit.after:
        return
    start, end, after = unit.start, unit.end, unit.after
    lower = before.lower()
    if unit.unknown:
        yield Change("unknown", start, end, before, after)
    elif after in (lower, without_accents(lower)):
        if before != lower:
            yield Change("lower_cased", start, end, before, lower)
        if after != lower:
            yield Change("accents_removed", start, end, lower, after)
    elif after == without_accents(before):
        yield Change("accents_removed", start, end, before, after)
    elif after in (unicodedata.normalize("NFC", before), unicodedata.normalize("NFKC", before)):
        yield Change("normalised", start, end, before, after)
    elif before.replace("\u2581", " ").split() == after.split():
        yield Change("white_space", start, end, before, after)
    else:
        yield Change("other", start, end, before, after)


def without_accents(text: str) -> str:
    """`text` decomposed, without its combining marks, as BERT's normaliser leaves it.

    >>> without_accents("naïve")
    'naive'
    """
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
