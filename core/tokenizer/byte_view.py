"""What a text is made of: what one sees, the code points behind it, and their UTF-8 bytes.

One visible sign can be several code points (a family emoji, a letter with a combining accent), and one
code point is one to four bytes:

    0xxxxxxx                              U+0000  to U+007F
    110xxxxx 10xxxxxx                     U+0080  to U+07FF
    1110xxxx 10xxxxxx 10xxxxxx            U+0800  to U+FFFF
    11110xxx 10xxxxxx 10xxxxxx 10xxxxxx   U+10000 to U+10FFFF

Sources: The Unicode Standard, table 3-6 (UTF-8); Unicode Standard Annex #29, section 3 (what a reader
sees as one character, a grapheme cluster).
"""

import unicodedata
from dataclasses import dataclass

import regex

from core.tokenizer.cleaning import utf8

_CLUSTER = regex.compile(r"\X")
_INVISIBLE = regex.compile(r"[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]")
_LABELS = {"Cc": "control", "Co": "private-use", "Cn": "reserved"}


@dataclass(frozen=True, slots=True)
class Character:
    """One code point."""

    character: str
    code_point: str
    """`U+4E2D`."""
    name: str
    """Its Unicode name, or the standard's label for those without, such as `<control-0000>`."""
    category: str
    """Its general category, such as `Lo`."""
    utf8: bytes
    bits: tuple[str, ...]
    """Each byte as eight binary digits."""
    combining: bool
    """Whether it joins the character before it: an accent, a variation selector."""
    invisible: bool
    """Whether a reader sees nothing: white space, controls, zero-width characters, unassigned ones."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a reader sees as one character."""

    text: str
    start: int
    """Its first code point in the text."""
    end: int
    characters: tuple[Character, ...]


def characters(text: str) -> tuple[Character, ...]:
    """Every code point of `text`.

    Raises:
        GlassboxError: lone surrogates, which have no bytes.

    >>> [(c.code_point, c.name, c.bits) for c in characters("é")]
    [('U+00E9', 'LATIN SMALL LETTER E WITH ACUTE', ('11000011', '10101001'))]
    """
    utf8(text)
    known = {character: _character(character) for character in set(text)}
    return tuple(known[character] for character in text)


def clusters(text: str) -> tuple[Cluster, ...]:
    """`text` in what a reader sees as single characters, each with its code points.

    Raises:
        GlassboxError: lone surrogates.

    >>> [len(cluster.characters) for cluster in clusters("e\\u0301中")]
    [2, 1]
    """
    points = characters(text)
    spans = ((match[0], *match.span()) for match in _CLUSTER.finditer(text))
    return tuple(Cluster(sign, start, end, points[start:end]) for sign, start, end in spans)


def _character(character: str) -> Character:
    category = unicodedata.category(character)
    data = character.encode()
    return Character(
        character=character,
        code_point=f"U+{ord(character):04X}",
        name=unicodedata.name(character, "") or _label(character, category),
        category=category,
        utf8=data,
        bits=tuple(f"{byte:08b}" for byte in data),
        combining=category in ("Mn", "Mc", "Me"),
        invisible=_INVISIBLE.fullmatch(character) is not None,
    )


def _label(character: str, category: str) -> str:
    """What stands for the name of a code point without one; The Unicode Standard, section 4.8.

    Tangut ideographs are named by rule, which Python's table of names leaves out.
    """
    code = ord(character)
    if category == "Lo" and 0x17000 <= code <= 0x18D7F:
        return f"TANGUT IDEOGRAPH-{code:04X}"
    noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return f"<{'noncharacter' if noncharacter else _LABELS.get(category, 'unnamed')}-{code:04X}>"
