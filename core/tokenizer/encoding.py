"""A text cut into tokens: which token, which bytes, and where in the text it stands.

Offsets count code points of the source text. A byte-level token may hold only part of a character;
it then points at every character that it touches, so neighbouring tokens can share one.

Ten megabytes make some three million tokens, while a page shows a few thousand: the tokens of a real
vocabulary are kept as columns of numbers (`TokenColumns`) and turned into `Token`s when looked at.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an encoded text."""

    id: int
    text: str
    """The vocabulary's own spelling: `Ġhello`, `##ing`, `▁the`, `<0xE4>`."""
    data: bytes
    """The bytes that it decodes to; where decoding is not exact, those of the text it covers."""
    start: int
    """First character of the source text that it touches."""
    end: int
    """One past the last one."""
    special: bool = False
    unknown: bool = False


@dataclass(frozen=True)
class TokenColumns(Sequence[Token]):
    """Tokens kept as columns, made one by one when asked for; behaves like a tuple of `Token`."""

    ids: "array[int]"
    starts: "array[int]"
    ends: "array[int]"
    describe: Callable[[int, int, int], Token]
    """From id, start and end to the token."""

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Token, ...]: ...
    def __getitem__(self, index: int | slice) -> Token | tuple[Token, ...]:
        if isinstance(index, slice):
            return tuple(map(self.describe, self.ids[index], self.starts[index], self.ends[index]))
        return self.describe(self.ids[index], self.starts[index], self.ends[index])

    def __iter__(self) -> Iterator[Token]:
        return map(self.describe, self.ids, self.starts, self.ends)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str | bytes):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash((len(self), *self.ids[:10]))


@dataclass(frozen=True)
class Encoding:
    """A text in one vocabulary.

    >>> tokens = (Token(1, "a", b"a", 0, 1), Token(2, "é", "é".encode(), 1, 2))
    >>> encoding = Encoding("toy", "aé", tokens)
    >>> encoding.ids, encoding.characters, encoding.bytes, encoding.bytes_per_token
    ((1, 2), 2, 3, 1.5)
    """

    vocabulary: str
    text: str
    tokens: Sequence[Token]

    @cached_property
    def ids(self) -> tuple[int, ...]:
        """The token ids, in order."""
        if isinstance(self.tokens, TokenColumns):
            return tuple(self.tokens.ids)
        return tuple(token.id for token in self.tokens)

    @cached_property
    def starts(self) -> Sequence[int]:
        """Where each token starts, in characters."""
        if isinstance(self.tokens, TokenColumns):
            return self.tokens.starts
        return tuple(token.start for token in self.tokens)

    @cached_property
    def ends(self) -> Sequence[int]:
        """Where each token ends, in characters."""
        if isinstance(self.tokens, TokenColumns):
            return self.tokens.ends
        return tuple(token.end for token in self.tokens)

    @property
    def count(self) -> int:
        """The number of tokens."""
        return len(self.tokens)

    @property
    def characters(self) -> int:
        """The number of code points of the text."""
        return len(self.text)

    @cached_property
    def bytes(self) -> int:
        """The length of the text in UTF-8."""
        return len(self.text.encode())

    @property
    def characters_per_token(self) -> float:
        """Code points for each token; 0 for an empty text."""
        return self.characters / self.count if self.count else 0.0

    @property
    def bytes_per_token(self) -> float:
        """UTF-8 bytes for each token; 0 for an empty text."""
        return self.bytes / self.count if self.count else 0.0
