"""Mistral's first vocabulary, run by Google's SentencePiece: BPE over characters, bytes as a fallback.

SentencePiece puts one space in front of the text, writes every space as ▁ (U+2581) and encodes the
whole without parting it into words first. A character that the vocabulary lacks becomes its UTF-8
bytes, `<0xE4>` and so on. A ▁ in the text itself therefore cannot be told from a space afterwards.
"""

import re
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from core.errors import GlassboxError
from core.tokenizer.cleaning import utf8
from core.tokenizer.encoding import Encoding, Token, TokenColumns
from core.tokenizer.vocabularies.catalogue import VocabularyEntry
from core.tokenizer.vocabularies.offsets import integers, spans_of

SPACE_MARK = "\u2581"


class SentencePieceVocabulary:
    """A SentencePiece model with byte fallback, a space put in front, and no normalisation."""

    def __init__(self, entry: VocabularyEntry, path: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self.name, self.title, self.algorithm = entry.name, entry.title, entry.algorithm
        self._engine = SentencePieceProcessor(model_file=str(path))
        self.size: int = self._engine.vocab_size()
        self._texts: list[str] = self._engine.id_to_piece(list(range(self.size)))
        is_special = [self._engine.is_control(i) or self._engine.is_unknown(i) for i in range(self.size)]
        self.special_tokens: Mapping[str, int] = {
            text: token for token, text in enumerate(self._texts) if is_special[token]
        }
        self._unknown: int = self._engine.unk_id()
        self._pieces = [self._bytes_of(token) for token in range(self.size)]
        self._written_lengths = np.array(
            [
                1 if self._engine.is_byte(token) else len(text.encode())
                for token, text in enumerate(self._texts)
            ]
        )
        self._written_special = re.compile("|".join(map(re.escape, self.special_tokens)))

    def encode(self, text: str, allow_special: bool = False) -> Encoding:
        """See `Vocabulary.encode`."""
        utf8(text)
        ids, starts, ends = array("i"), array("i"), array("i")
        for at, part, special in self._parts(text, allow_special):
            if special is not None:
                ids.append(special)
                starts.append(at)
                ends.append(at + len(part))
                continue
            part_ids, part_starts, part_ends = self._encode_plain(part, at)
            ids.extend(part_ids)
            starts.extend(part_starts)
            ends.extend(part_ends)
        return Encoding(self.name, text, TokenColumns(ids, starts, ends, self._describe))

    def decode(self, ids: Iterable[int]) -> str:
        """See `Vocabulary.decode`; the space that encoding puts in front is taken away again."""
        data = b"".join(map(self.token_bytes, ids))
        return data.removeprefix(b" ").decode(errors="replace")

    def token_bytes(self, token: int) -> bytes:
        """The token's bytes, spaces as spaces.

        Raises:
            GlassboxError: no token has this id.
        """
        self._check(token)
        return self._pieces[token]

    def token_text(self, token: int) -> str:
        """The token as the model spells it: `▁the`, `<0xE4>`.

        Raises:
            GlassboxError: no token has this id.
        """
        self._check(token)
        return self._texts[token]

    def _parts(self, text: str, allow_special: bool) -> Iterable[tuple[int, str, int | None]]:
        """(place, text, id where it is a special token), in order."""
        at = 0
        for match in self._written_special.finditer(text) if allow_special else ():
            if match.start() > at:
                yield at, text[at : match.start()], None
            yield match.start(), match[0], self.special_tokens[match[0]]
            at = match.end()
        if at < len(text):
            yield at, text[at:], None

    def _encode_plain(self, text: str, at: int) -> "tuple[list[int], array[int], array[int]]":
        """Ids, starts and ends of a text that begins at `at`.

        The space in front is no character of the text and counts for nothing.
        """
        ids: list[int] = self._engine.encode(text)
        written = (SPACE_MARK + text.replace(" ", SPACE_MARK)).encode()
        starts, ends = spans_of(written, self._written_lengths[np.asarray(ids, dtype=np.int64)])
        begin = np.maximum(np.asarray(starts) - 1, 0) + at
        return ids, integers(begin), integers(np.asarray(ends) - 1 + at)

    def _describe(self, token: int, start: int, end: int) -> Token:
        data = self._pieces[token]
        if start == 0 and data[:1] == b" " and end - start < len(data.decode(errors="ignore")):
            data = data[1:]
        special = token in self.special_tokens.values()
        return Token(token, self._texts[token], data, start, end, special, token == self._unknown)

    def _bytes_of(self, token: int) -> bytes:
        text = self._texts[token]
        if self._engine.is_byte(token):
            return bytes([int(text[3:5], 16)])
        return text.replace(SPACE_MARK, " ").encode()

    def _check(self, token: int) -> None:
        if not 0 <= token < self.size:
            raise GlassboxError("tokenizer.vocabularies.error.id", id=token, largest=self.size - 1)
