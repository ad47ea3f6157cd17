"""A tokenizer.json that a reader brings: checked, and run only in a limited process of its own.

The bytes are a stranger's. They are never parsed here: a worker (uploaded_worker.py) reads them and
answers with plain numbers and strings, within limits of time and memory.
"""

import hashlib
import json
import os
import subprocess
import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.engines.byte_alphabet import byte_characters, bytes_of
from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER
from core.tokenizer.cleaning import utf8
from core.tokenizer.encoding import Encoding, Token, TokenColumns

LARGEST_FILE = 20 * 1024 * 1024
SECONDS = 30.0
"""For reading the file and one text; a real tokenizer of 8 MB needs two."""
WORKER = "core.tokenizer.vocabularies.uploaded_worker"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


@dataclass(frozen=True)
class UploadedTokenizer:
    """A checked tokenizer.json; a `Vocabulary` whose work is done elsewhere."""

    name: str
    title: str
    algorithm: str
    size: int
    special_tokens: Mapping[str, int]
    _definition: bytes
    _texts: Mapping[int, str]
    _byte_level: bool
    _prefix: str
    _unknown: int

    def encode(self, text: str, allow_special: bool = False) -> Encoding:
        """See `Vocabulary.encode`.

        Raises:
            GlassboxError: lone surrogates, or the tokenizer took too long, too much memory, or failed.
        """
        answer, rest = _ask("encode", self._definition, utf8(text), special=allow_special)
        columns = [array("i"), array("i"), array("i")]
        step = answer["count"] * array("i").itemsize
        for number, column in enumerate(columns):
            column.frombytes(rest[number * step : (number + 1) * step])
        self._check(columns, len(text))
        special = frozenset(self.special_tokens.values())

        def describe(token: int, start: int, end: int) -> Token:
            data = self.token_bytes(token) if self._byte_level else text[start:end].encode()
            unknown = token == self._unknown
            spelling = self._texts[token]
            return Token(token, spelling, data, start, end, token in special and not unknown, unknown)

        return Encoding(self.name, text, TokenColumns(columns[0], columns[1], columns[2], describe))

    def decode(self, ids: Iterable[int]) -> str:
        """See `Vocabulary.decode`."""
        known = list(ids)
        for token in known:
            self.token_text(token)
        if self._byte_level:
            return b"".join(map(self.token_bytes, known)).decode(errors="replace")
        answer, _ = _ask("decode", self._definition, b"", ids=known)
        return str(answer["text"])

    def token_bytes(self, token: int) -> bytes:
        """The token's bytes.

        Raises:
            GlassboxError: no token has this id.
        """
        text = self.token_text(token)
        spells_bytes = self._byte_level and text not in self.special_tokens
        if spells_bytes and set(text) <= set(byte_characters()):
            return bytes_of(text)
        return text.removeprefix(self._prefix).encode()

    def token_text(self, token: int) -> str:
        """The token as the vocabulary spells it.

        Raises:
            GlassboxError: no token has this id.
        """
        if token not in self._texts:
            raise GlassboxError("tokenizer.vocabularies.error.id", id=token, largest=self.size - 1)
        return self._texts[token]

    def _check(self, columns: "list[array[int]]", length: int) -> None:
        """Every id has a spelling and every place is in the text, whatever the worker answered."""
        known = self._texts.keys() >= set(columns[0])
        inside = all(
            min(column, default=0) >= 0 and max(column, default=0) <= length for column in columns[1:]
        )
        if not known or not inside:
            raise GlassboxError("tokenizer.vocabularies.error.upload_failed")


def check_uploaded(data: bytes) -> UploadedTokenizer:
    """The tokenizer in a tokenizer.json, tried out on a short text.

    Raises:
        GlassboxError: the file is too large, is no tokenizer.json, or takes too much time or memory.
    """
    if len(data) > LARGEST_FILE:
        raise GlassboxError("tokenizer.vocabularies.error.upload_large", size=len(data) / 1024**2)
    if not data.lstrip()[:1] == b"{":
        raise GlassboxError("tokenizer.vocabularies.error.upload_broken")
    answer, _ = _ask("describe", data, b"")
    texts: list[str | None] = answer["texts"]
    return UploadedTokenizer(
        name="uploaded",
        title=f"tokenizer.json ({hashlib.sha256(data).hexdigest()[:8]})",
        algorithm=answer["algorithm"],
        size=len(texts),
        special_tokens=answer["special_tokens"],
        _definition=data,
        _texts={token: text for token, text in enumerate(texts) if text is not None},
        _byte_level=answer["byte_level"],
        _prefix=answer["prefix"],
        _unknown=answer["unknown"],
    )


def _ask(operation: str, definition: bytes, text: bytes, **values: object) -> tuple[dict[str, Any], bytes]:
    """One request to a worker of its own: its answer and the bytes behind it."""
    request = {"operation": operation, "definition": len(definition), "text": len(text), **values}
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    try:
        worker = subprocess.run(
            [sys.executable, "-m", WORKER],
            input=json.dumps(request).encode() + b"\n" + definition + text,
            cwd=PROJECT_FOLDER,
            env=environment,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GlassboxError("tokenizer.vocabularies.error.upload_slow", seconds=SECONDS) from error
    if worker.returncode:
        kind = "upload_broken" if operation == "describe" else "upload_failed"
        raise GlassboxError(f"tokenizer.vocabularies.error.{kind}")
    line, _, rest = worker.stdout.partition(b"\n")
    answer: dict[str, Any] = json.loads(line)
    return answer, rest
