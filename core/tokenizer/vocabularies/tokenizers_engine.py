"""Vocabularies that come as a tokenizer.json, run by Hugging Face `tokenizers`.

The library always turns a special token written out in the text into that token. To encode it as
plain text, a second copy is kept from which the added tokens are taken out.
"""

import json
from array import array
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.engines.byte_alphabet import byte_characters, bytes_of
from core.errors import GlassboxError
from core.shelf.offline import prepare_libraries
from core.tokenizer.cleaning import utf8
from core.tokenizer.encoding import Encoding, Token, TokenColumns
from core.tokenizer.vocabularies.byte_level import ByteTable
from core.tokenizer.vocabularies.long_text import long_text_pieces

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_ALGORITHMS = {"BPE": "bpe", "WordPiece": "wordpiece", "Unigram": "unigram", "WordLevel": "wordlevel"}


class TokenizersVocabulary:
    """A tokenizer.json; truncation, padding and the adding of special tokens are switched off."""

    def __init__(self, name: str, title: str, definition: dict[str, Any], piecewise: bool = False) -> None:
        """Build it; with `piecewise`, long texts are encoded in the pieces of `long_text_pieces`."""
        self.name, self.title = name, title
        self._piecewise = piecewise
        self._definition = {**definition, "truncation": None, "padding": None}
        added = definition.get("added_tokens") or []
        self.special_tokens: Mapping[str, int] = {token["content"]: token["id"] for token in added}
        self._special_ids = frozenset(self.special_tokens.values())
        vocabulary = self._plain.get_vocab()
        self._texts = {token: text for text, token in {**vocabulary, **self.special_tokens}.items()}
        self.size = max(self._texts, default=-1) + 1
        model = definition["model"]
        unknown = vocabulary.get(model.get("unk_token") or "", model.get("unk_id"))
        self._unknown: int = -1 if unknown is None else unknown
        self._prefix: str = definition["model"].get("continuing_subword_prefix") or ""
        self._table = self._byte_table(vocabulary)
        self.algorithm = self._algorithm(definition["model"])

    def encode(self, text: str, allow_special: bool = False) -> Encoding:
        """See `Vocabulary.encode`."""
        data = utf8(text)
        engine = self._whole if allow_special else self._plain
        pieces = long_text_pieces(text) if self._piecewise else [text]
        if self._table is not None:
            ids = _fast_ids(engine, pieces)
            if self._table.covers(data, ids):
                return self._table.encoding(self.name, text, data, ids)
        return self._placed(engine, text, pieces)

    def decode(self, ids: Iterable[int]) -> str:
        """See `Vocabulary.decode`."""
        known = list(ids)
        for token in known:
            self._check(token)
        if self._table is not None:
            return self._table.decode(known)
        return str(self._whole.decode(known, skip_special_tokens=False))

    def token_bytes(self, token: int) -> bytes:
        """The token's bytes; of a WordPiece token those of its spelling without `##`.

        Raises:
            GlassboxError: no token has this id.
        """
        if self._table is not None:
            return self._table.token_bytes(token)
        return self.token_text(token).removeprefix(self._prefix).encode()

    def token_text(self, token: int) -> str:
        """The token as the vocabulary spells it.

        Raises:
            GlassboxError: no token has this id.
        """
        self._check(token)
        return self._texts[token]

    @cached_property
    def _plain(self) -> "Tokenizer":
        return _engine({**self._definition, "added_tokens": []})

    @cached_property
    def _whole(self) -> "Tokenizer":
        return _engine(self._definition)

    def _placed(self, engine: "Tokenizer", text: str, pieces: list[str]) -> Encoding:
        """Tokens at the library's offsets, each with the bytes of the text there."""

        def describe(token: int, start: int, end: int) -> Token:
            data = text[start:end].encode()
            special, unknown = token in self._special_ids, token == self._unknown
            return Token(token, self._texts[token], data, start, end, special and not unknown, unknown)

        columns = array("i"), array("i"), array("i")
        at = 0
        for piece in pieces:
            result = engine.encode(piece, add_special_tokens=False)
            columns[0].extend(result.ids)
            columns[1].extend(at + start for start, _ in result.offsets)
            columns[2].extend(at + end for _, end in result.offsets)
            at += len(piece)
        return Encoding(self.name, text, TokenColumns(*columns, describe))

    def _byte_table(self, vocabulary: Mapping[str, int]) -> ByteTable | None:
        """The bytes of each token where the decoder is GPT-2's byte alphabet and nothing is normalised."""
        decoder, normalizer = self._definition.get("decoder"), self._definition.get("normalizer")
        changes_text = normalizer is not None and normalizer.get("normalizers") != []
        if not decoder or decoder["type"] != "ByteLevel" or changes_text:
            return None
        alphabet = set(byte_characters())
        pieces = {
            token: bytes_of(text) if alphabet.issuperset(text) else text.encode()
            for text, token in vocabulary.items()
        }
        return ByteTable(pieces, self.special_tokens)

    def description(self) -> dict[str, Any]:
        """What another process must know to show this one's tokens, as plain values."""
        return {
            "algorithm": self.algorithm,
            "texts": [self._texts.get(token) for token in range(self.size)],
            "special_tokens": dict(self.special_tokens),
            "byte_level": self._table is not None,
            "prefix": self._prefix,
            "unknown": self._unknown,
        }

    def _algorithm(self, model: dict[str, Any]) -> str:
        kind = _ALGORITHMS[model["type"]]
        return "byte-bpe" if kind == "bpe" and self._table is not None else kind

    def _check(self, token: int) -> None:
        if token not in self._texts:
            raise GlassboxError("tokenizer.vocabularies.error.id", id=token, largest=self.size - 1)


def _fast_ids(engine: "Tokenizer", pieces: list[str]) -> "array[int]":
    """The ids, without the offsets that `encode` would work out as well."""
    ids = array("i")
    for piece in pieces:
        ids.extend(engine.encode_batch_fast([piece], add_special_tokens=False)[0].ids)
    return ids


def _engine(definition: dict[str, Any]) -> "Tokenizer":
    prepare_libraries()
    from tokenizers import Tokenizer

    return Tokenizer.from_str(json.dumps(definition, ensure_ascii=False))
