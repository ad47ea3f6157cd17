"""How the tokens of a text are shown: as text, or as bytes where a token is only part of a character."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.tokenizer.encoding import Token


@dataclass(frozen=True)
class Faces:
    """What is drawn for a row of tokens: a text each, and a letter each for what it is.

    "t" text, "p" part of a character (the text is its bytes in hexadecimal), "d" one of several tokens for
    the same characters, which the vocabulary has decomposed (the text is its spelling), "s" special,
    "u" unknown.
    """

    texts: tuple[str, ...]
    kinds: str


def token_faces(tokens: Sequence[Token]) -> Faces:
    """The faces of `tokens`.

    >>> from core.tokenizer.encoding import Token
    >>> token_faces([Token(9, "Ġhi", b" hi", 0, 3), Token(7, "ä½", b"\\xe4\\xbd", 3, 4)])
    Faces(texts=(' hi', 'E4 BD'), kinds='tp')
    """
    spans = [(token.start, token.end) for token in tokens]
    before, after = [None, *spans], [*spans[1:], None]
    faces = [
        _face(token, span[0] < span[1] and span in neighbours)
        for token, span, *neighbours in zip(tokens, spans, before, after, strict=False)
    ]
    return Faces(tuple(text for text, _ in faces), "".join(kind for _, kind in faces))


def _face(token: Token, shares: bool) -> tuple[str, str]:
    """The text and kind of a token; `shares` where a neighbour covers the very same characters."""
    if token.special:
        return token.text, "s"
    try:
        text = token.data.decode("utf-8") or token.text
    except UnicodeDecodeError:
        return token.data.hex(" ").upper(), "p"
    if token.unknown:
        return text, "u"
    return (token.text, "d") if shares else (text, "t")


def most_telling(tokens: Sequence[Token]) -> int:
    """Which token to take apart first: part of a character if there is one, else the first beyond ASCII.

    >>> from core.tokenizer.encoding import Token
    >>> most_telling([Token(9, "hi", b"hi", 0, 2), Token(7, "ä½", b"\\xe4\\xbd", 3, 4)])
    1
    """
    kinds = token_faces(tokens).kinds
    beyond_ascii = (index for index, token in enumerate(tokens) if not token.data.isascii())
    return kinds.index("p") if "p" in kinds else next(beyond_ascii, 0)
