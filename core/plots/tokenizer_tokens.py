"""How the tokens of a text are shown: as text, or as bytes where a token is only part of a character."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.tokenizer.encoding import Token


@dataclass(frozen=True)
class Faces:
    """What is drawn for a row of tokens: a text each, and a letter each for what it is.

    "t" text, "p" part of a character (the text is its bytes in hexadecimal), "s" special, "u" unknown.
    """

    texts: tuple[str, ...]
    kinds: str


def token_faces(tokens: Sequence[Token]) -> Faces:
    """The faces of `tokens`.

    >>> from core.tokenizer.encoding import Token
    >>> token_faces([Token(9, "Ġhi", b" hi", 0, 3), Token(7, "ä½", b"\\xe4\\xbd", 3, 4)])
    Faces(texts=(' hi', 'E4 BD'), kinds='tp')
    """
    faces = [_face(token) for token in tokens]
    return Faces(tuple(text for text, _ in faces), "".join(kind for _, kind in faces))


def _face(token: Token) -> tuple[str, str]:
    if token.special:
        return token.text, "s"
    try:
        return token.data.decode("utf-8") or token.text, "u" if token.unknown else "t"
    except UnicodeDecodeError:
        return token.data.hex(" ").upper(), "p"


def most_telling(tokens: Sequence[Token]) -> int:
    """Which token to take apart first: part of a character if there is one, else the first beyond ASCII.

    >>> from core.tokenizer.encoding import Token
    >>> most_telling([Token(9, "hi", b"hi", 0, 2), Token(7, "ä½", b"\\xe4\\xbd", 3, 4)])
    1
    """
    kinds = token_faces(tokens).kinds
    beyond_ascii = (index for index, token in enumerate(tokens) if not token.data.isascii())
    return kinds.index("p") if "p" in kinds else next(beyond_ascii, 0)
