"""Vocabularies that OpenAI's tiktoken runs: cl100k, o200k, Llama 3, Qwen 3 and Tekken.

Each is a list of ranked byte strings, a regular expression that parts the text before byte-pair
encoding, and special tokens. The expressions are those that the owners publish.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from core.tokenizer.cleaning import utf8
from core.tokenizer.encoding import Encoding
from core.tokenizer.vocabularies.byte_level import ByteTable
from core.tokenizer.vocabularies.catalogue import VocabularyEntry
from core.tokenizer.vocabularies.normalised import composed
from core.tokenizer.vocabularies.rank_files import Ranks
from core.tokenizer.vocabularies.white_space_runs import white_space_cut


@dataclass(frozen=True)
class TiktokenParts:
    """What a vocabulary consists of."""

    ranks: Ranks
    """Byte string to id; the lower id is merged first."""
    pattern: str
    special_tokens: Mapping[str, int]
    compose: bool = False
    """Whether the text is put into NFC first."""
    cut: Callable[[str], list[str]] | None = None
    """How the vendor's tokenizer always cuts the text into pieces."""


class TiktokenVocabulary:
    """A byte-level vocabulary with tiktoken as its engine."""

    algorithm = "byte-bpe"

    def __init__(self, entry: VocabularyEntry, parts: TiktokenParts) -> None:
        import tiktoken

        self.name, self.title = entry.name, entry.title
        self._parts = parts
        self._table = ByteTable({token: piece for piece, token in parts.ranks.items()}, parts.special_tokens)
        self._engine: tiktoken.Encoding = tiktoken.Encoding(
            entry.name,
            pat_str=parts.pattern,
            mergeable_ranks=parts.ranks,
            special_tokens=dict(parts.special_tokens),
        )

    @property
    def size(self) -> int:
        """The highest id plus one."""
        return self._table.size

    @property
    def special_tokens(self) -> Mapping[str, int]:
        """Special tokens with their ids."""
        return self._table.special_tokens

    @property
    def pattern(self) -> str:
        """The regular expression that parts the text before byte-pair encoding."""
        return self._parts.pattern

    @property
    def ranks(self) -> Mapping[bytes, int]:
        """Byte string to id, special tokens left out."""
        return self._parts.ranks

    def encode(self, text: str, allow_special: bool = False) -> Encoding:
        """See `Vocabulary.encode`."""
        data = utf8(text)
        composition = composed(text) if self._parts.compose else None
        if composition is not None:
            return self._table.encoding(
                self.name,
                text,
                composition.text.encode(),
                self._ids(composition.text, allow_special),
                composition,
            )
        return self._table.encoding(self.name, text, data, self._ids(text, allow_special))

    def decode(self, ids: Iterable[int]) -> str:
        """See `Vocabulary.decode`."""
        return self._table.decode(ids)

    def token_bytes(self, token: int) -> bytes:
        """The token's bytes."""
        return self._table.token_bytes(token)

    def token_text(self, token: int) -> str:
        """The token in GPT-2's byte alphabet."""
        return self._table.token_text(token)

    def _ids(self, text: str, allow_special: bool) -> list[int]:
        if self._parts.cut is not None:
            return self._ids_of_pieces(self._parts.cut(text), allow_special)
        try:
            return self._ids_of_pieces([text], allow_special)
        except ValueError:  # "Max stack size exceeded": white space without end
            return self._ids_of_pieces(white_space_cut(text), allow_special)

    def _ids_of_pieces(self, pieces: list[str], allow_special: bool) -> list[int]:
        allowed = set(self._parts.special_tokens) if allow_special else set()
        encode = self._engine.encode
        parts = [encode(piece, allowed_special=allowed, disallowed_special=()) for piece in pieces]
        return parts[0] if len(parts) == 1 else [token for part in parts for token in part]
