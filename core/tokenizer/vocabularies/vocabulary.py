"""What every vocabulary here can do, whichever library does the work."""

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from core.tokenizer.encoding import Encoding


@runtime_checkable
class Vocabulary(Protocol):
    """A loaded vocabulary: encodes, decodes, and spells out its tokens."""

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        ...

    @property
    def title(self) -> str:
        """Its name for readers."""
        ...

    @property
    def algorithm(self) -> str:
        """`byte-bpe`, `bpe`, `wordpiece`, `unigram` or `wordlevel`."""
        ...

    @property
    def size(self) -> int:
        """The highest id plus one: the rows that an embedding table for it needs."""
        ...

    @property
    def special_tokens(self) -> Mapping[str, int]:
        """Tokens that stand outside the algorithm, such as `<|im_end|>`, with their ids."""
        ...

    def encode(self, text: str, allow_special: bool = False) -> Encoding:
        """`text` as tokens; nothing is added in front or behind.

        Args:
            text: any text without lone surrogates.
            allow_special: whether a special token written out in the text becomes that token. Where
                false it is text like any other.

        Raises:
            GlassboxError: the text holds lone surrogates, which no encoding of text can represent.
        """
        ...

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`; bytes that are no UTF-8 become U+FFFD.

        Raises:
            GlassboxError: an id that the vocabulary does not have.
        """
        ...

    def token_bytes(self, token: int) -> bytes:
        """The bytes that the token with this id stands for."""
        ...

    def token_text(self, token: int) -> str:
        """The token as the vocabulary spells it."""
        ...
