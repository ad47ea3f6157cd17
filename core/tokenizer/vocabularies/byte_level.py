"""What byte-level vocabularies share: a table from id to bytes, and tokens placed by their lengths."""

from array import array
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from core.engines.byte_alphabet import spelled
from core.errors import GlassboxError
from core.tokenizer.encoding import Encoding, Token, TokenColumns
from core.tokenizer.vocabularies.normalised import Composed
from core.tokenizer.vocabularies.offsets import spans_of


class ByteTable:
    """The bytes of every id; ids that no token has are empty."""

    def __init__(self, pieces: Mapping[int, bytes], special_tokens: Mapping[str, int]) -> None:
        self.special_tokens = dict(special_tokens)
        self.special_texts = {token: text for text, token in special_tokens.items()}
        self.size = max((*pieces, *self.special_texts)) + 1
        self.pieces: list[bytes | None] = [None] * self.size
        for token, piece in pieces.items():
            self.pieces[token] = piece
        for token, text in self.special_texts.items():
            self.pieces[token] = text.encode()
        known = set(pieces.values())
        self.missing = bytes(byte for byte in range(256) if bytes([byte]) not in known)
        """Bytes without a token, which encoding leaves out; SmolLM2 has 21 of them."""
        self._texts: dict[int, str] = dict(self.special_texts)
        self._lengths = np.array([len(piece or b"") for piece in self.pieces], dtype=np.int64)

    def token_bytes(self, token: int) -> bytes:
        """The bytes of the token with this id.

        Raises:
            GlassboxError: no token has it.
        """
        piece = self.pieces[token] if 0 <= token < self.size else None
        if piece is None:
            raise GlassboxError("tokenizer.vocabularies.error.id", id=token, largest=self.size - 1)
        return piece

    def token_text(self, token: int) -> str:
        """The token in GPT-2's byte alphabet; a special token as it is written.

        Raises:
            GlassboxError: no token has this id.
        """
        text = self._texts.get(token)
        if text is None:
            text = self._texts[token] = spelled(self.token_bytes(token))
        return text

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`; what is no UTF-8 becomes U+FFFD.

        Raises:
            GlassboxError: an id that no token has.
        """
        return b"".join(map(self.token_bytes, ids)).decode(errors="replace")

    def covers(self, data: bytes, ids: Sequence[int]) -> bool:
        """Whether the bytes of `ids` are as many as those of `data` that the vocabulary has."""
        kept = data.translate(None, self.missing) if self.missing else data
        return int(self._lengths[np.asarray(ids, dtype=np.int64)].sum()) == len(kept)

    def encoding(
        self, name: str, text: str, data: bytes, ids: Sequence[int], composition: Composed | None = None
    ) -> Encoding:
        """The tokens `ids`, placed in `text`.

        Args:
            name: the vocabulary's.
            text: the source text.
            data: the bytes that the tokens make up: `text` in UTF-8, or its composed form.
            ids: the tokens.
            composition: where `data` is a composed form, how to get back to `text`.
        """
        lengths = self._lengths[np.asarray(ids, dtype=np.int64)]
        starts, ends = spans_of(data, lengths, self.missing)
        if composition is not None:
            starts, ends = composition.source_span(starts, ends)
        return Encoding(name, text, TokenColumns(array("i", ids), starts, ends, self._describe))

    def _describe(self, token: int, start: int, end: int) -> Token:
        text, data = self.token_text(token), self.pieces[token] or b""
        return Token(token, text, data, start, end, token in self.special_texts)
