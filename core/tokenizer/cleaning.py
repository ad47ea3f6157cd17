"""What text a tokenizer here accepts: everything that has a UTF-8 form, up to ten megabytes.

NUL, unassigned code points, right-to-left and zero-width characters are text. A lone surrogate is
half of a UTF-16 pair and has no UTF-8 form; libraries replace it silently or fail, we say so.
"""

from dataclasses import dataclass

from core.errors import GlassboxError

LARGEST_TEXT = 10 * 1024 * 1024
"""Bytes in UTF-8; what is beyond is cut off, and said."""


@dataclass(frozen=True)
class Prepared:
    """A text that can be encoded."""

    text: str
    cut_characters: int
    """How many characters at its end were cut off."""


def prepared(text: str) -> Prepared:
    """`text`, checked, and cut at the last whole character within `LARGEST_TEXT` bytes.

    Raises:
        GlassboxError: lone surrogates.

    >>> prepared("a\\x00é")
    Prepared(text='a\\x00é', cut_characters=0)
    """
    data = utf8(text)
    if len(data) <= LARGEST_TEXT:
        return Prepared(text, 0)
    kept = data[:LARGEST_TEXT].decode(errors="ignore")
    return Prepared(kept, len(text) - len(kept))


def utf8(text: str) -> bytes:
    """The text in UTF-8.

    Raises:
        GlassboxError: it holds a lone surrogate; the message names the first and its place.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise GlassboxError(
            "tokenizer.vocabularies.error.surrogate",
            code_point=f"U+{ord(text[error.start]):04X}",
            place=error.start + 1,
        ) from error
