"""What sets families of tokenizers apart: measured where the vocabulary is here, else as published.

Measured on the loaded vocabulary itself: the longest token of digits and of spaces, the Chinese
characters that are one token, what happens to a character that it lacks, and whether white space and
case survive. Published values are marked as such and name their source; what a source does not say
is left open.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.settings import PROJECT_FOLDER
from core.tokenizer.vocabularies.catalogue import VOCABULARIES, vocabulary_entry
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.vocabulary import Vocabulary

PUBLISHED = PROJECT_FOLDER / "assets" / "samples" / "tokenizer" / "families.toml"
INDENTATION = 8
RARE_CHARACTER = "\U00029e3d"
"""A Chinese fish's name outside the basic plane, in no vocabulary here as one token."""


@dataclass(frozen=True)
class Family:
    """One row of the table; None where the source of a published row does not say."""

    name: str
    title: str
    algorithm: str
    size: int
    digits: int | None
    """Digits in the longest token of digits only: 1 means that every digit is a token of its own."""
    keeps_white_space: bool | None
    """Whether runs of spaces, tabs and newlines come back as they were."""
    longest_spaces: int | None
    """Spaces in the longest token of spaces only."""
    indentation_tokens: int | None
    """Tokens that eight spaces in front of a word cost, beyond the word."""
    keeps_case: bool | None
    chinese_share: float | None
    """Of the 3,755 commonest characters (GB 2312, level 1), the share that is one token."""
    rare_characters: str | None
    """What a character outside the vocabulary becomes: `bytes`, `fallback` or `unknown`."""
    missing_bytes: int | None
    """Of a byte-level vocabulary, the byte values without a token."""
    table_rows: int | None
    """Rows of the model's embedding table, where they are known to be more than `size`."""
    measured: bool
    source: str
    """Of a published row the page or paper; of a measured one that of the vocabulary."""


def families(measure: Callable[[str], Family] | None = None) -> tuple[Family, ...]:
    """All rows: the vocabularies of the catalogue, measured, then the published ones.

    Args:
        measure: how to get a row by name, such as a cached `measured_family`.

    Raises:
        GlassboxError: a vocabulary's file is missing or altered.
    """
    row = measure or measured_family
    return (*(row(name) for name in VOCABULARIES), *published_families())


def measured_family(name: str) -> Family:
    """Measure a vocabulary; takes up to a second after it is loaded.

    Raises:
        GlassboxError: there is none of that name, or its file is missing or altered.
    """
    vocabulary = load_vocabulary(name)
    pieces = list(_pieces(vocabulary))
    spaced = "a  b\n\n\tc   \n"
    indented = vocabulary.encode(" " * INDENTATION + "return").count
    characters = common_chinese_characters()
    return Family(
        name=name,
        title=vocabulary.title,
        algorithm=vocabulary.algorithm,
        size=vocabulary.size,
        digits=max((len(piece) for piece in pieces if piece.isdigit() and piece.isascii()), default=0),
        keeps_white_space=_round_trip(vocabulary, spaced).lower() == spaced,
        longest_spaces=max((len(piece) for piece in pieces if piece and not piece.strip(b" ")), default=0),
        indentation_tokens=indented - vocabulary.encode("return").count,
        keeps_case="ABC" in _round_trip(vocabulary, "ABC"),
        chinese_share=sum(is_one_token(vocabulary, character) for character in characters) / len(characters),
        rare_characters=_rare_characters(vocabulary),
        missing_bytes=256 - len({piece for piece in pieces if len(piece) == 1})
        if vocabulary.algorithm == "byte-bpe"
        else None,
        table_rows=None,
        measured=True,
        source=vocabulary_entry(name).source,
    )


@cache
def published_families(path: Path = PUBLISHED) -> tuple[Family, ...]:
    """Families that no package carries, as their authors describe them."""
    open_values = dict.fromkeys(
        (
            "digits",
            "keeps_white_space",
            "longest_spaces",
            "indentation_tokens",
            "keeps_case",
            "chinese_share",
            "rare_characters",
            "missing_bytes",
            "table_rows",
        )
    )
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["family"]
    return tuple(Family(**{**open_values, **row}, measured=False) for row in rows)


@cache
def common_chinese_characters() -> tuple[str, ...]:
    """The 3,755 characters of level 1 of GB 2312-1980: rows 16 to 55, by pronunciation.

    >>> common = common_chinese_characters()
    >>> len(common), common[0], common[-1]
    (3755, '啊', '座')
    """
    codes = [bytes((0xA0 + row, 0xA0 + cell)) for row in range(16, 56) for cell in range(1, 95)]
    return tuple(code.decode("gb2312") for code in codes[:3755])


def is_one_token(vocabulary: Vocabulary, character: str) -> bool:
    """Whether exactly one token, and not the unknown one, covers the character.

    A space mark that the vocabulary puts in front covers nothing of it and does not count.
    """
    tokens = [token for token in vocabulary.encode(character).tokens if token.end > token.start]
    return len(tokens) == 1 and not tokens[0].unknown


def _pieces(vocabulary: Vocabulary) -> list[bytes]:
    """The bytes of every token that is not special."""
    special = set(vocabulary.special_tokens.values())
    unused = _unused_ids(vocabulary)
    ids = (token for token in range(vocabulary.size) if token not in special and token not in unused)
    return [vocabulary.token_bytes(token) for token in ids]


def _unused_ids(vocabulary: Vocabulary) -> frozenset[int]:
    """Ids below the size that no token has."""
    ranks = getattr(vocabulary, "ranks", None)
    if ranks is None:
        return frozenset()
    used = {*ranks.values(), *vocabulary.special_tokens.values()}
    return frozenset(range(vocabulary.size)) - used


def _round_trip(vocabulary: Vocabulary, text: str) -> str:
    return vocabulary.decode(vocabulary.encode(text).ids)


def _rare_characters(vocabulary: Vocabulary) -> str:
    tokens = vocabulary.encode(RARE_CHARACTER).tokens
    if any(token.unknown for token in tokens):
        return "unknown"
    return "bytes" if vocabulary.algorithm == "byte-bpe" else "fallback"
