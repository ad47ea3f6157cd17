"""`python -m core tokenize`, `tokenizers` and `train-tokenizer`."""

import codecs
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import GlassboxError
from core.files import write_text_whole
from core.tokenizer.cleaning import LARGEST_TEXT, prepared
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.status import all_vocabulary_statuses
from core.tokenizer.vocabularies.vocabulary import Vocabulary

MOST_READ = LARGEST_TEXT * 2
"""Bytes read of a file; what is beyond the largest text is cut anyway."""


@dataclass(frozen=True)
class TokenizeResult:
    """What `tokenize` prints; offsets count characters, `end` not included."""

    tokenizer: str
    ids: list[int]
    tokens: list[str]
    offsets: list[tuple[int, int]]
    count: int
    characters: int
    bytes: int
    cut_characters: int
    """Characters beyond the largest text, which were left out."""


@dataclass(frozen=True)
class TrainResult:
    """What `train-tokenizer` prints."""

    algorithm: str
    vocabulary_size: int
    steps: int
    corpus_tokens: int
    """Tokens of the training text with the final vocabulary."""
    out: str
    cut_characters: int
    """Characters beyond the largest text, which were left out."""


def tokenize_text(name: str, text: str, allow_special: bool = False) -> TokenizeResult:
    """Encode `text` in the vocabulary `name`, which may also be the path of a tokenizer.json.

    Raises:
        GlassboxError: no such vocabulary, or a text that has no UTF-8 form.
    """
    accepted = prepared(text)
    encoding = _vocabulary(name).encode(accepted.text, allow_special)
    return TokenizeResult(
        tokenizer=name,
        ids=list(encoding.ids),
        tokens=[token.text for token in encoding.tokens],
        offsets=list(zip(encoding.starts, encoding.ends, strict=True)),
        count=encoding.count,
        characters=encoding.characters,
        bytes=encoding.bytes,
        cut_characters=accepted.cut_characters,
    )


def tokenizer_rows() -> list[dict[str, object]]:
    """For each vocabulary what `tokenizers` prints."""
    return [
        {
            "name": status.entry.name,
            "algorithm": status.entry.algorithm,
            "vocabulary_size": status.entry.vocabulary_size,
            "licence": status.entry.licence,
            "hash_ok": bool(status.hash_ok),
            "package": status.entry.requirement,
        }
        for status in all_vocabulary_statuses()
    ]


def train_tokenizer(algorithm: str, vocabulary_size: int, text: str, out: Path) -> TrainResult:
    """Train on `text` and write a tokenizer.json that Hugging Face `tokenizers` reads.

    Raises:
        GlassboxError: an unknown algorithm, a text or a size that cannot be trained on, or a place that
            cannot be written.
    """
    from core.tokenizer.training.export import tokenizer_json
    from core.tokenizer.training.train import train

    accepted = prepared(text)
    training = train(algorithm, accepted.text, vocabulary_size)
    write_text_whole(out, tokenizer_json(training))
    return TrainResult(
        algorithm=algorithm,
        vocabulary_size=len(training.tokens),
        steps=len(training.steps),
        corpus_tokens=training.steps[-1].corpus_tokens if training.steps else 0,
        out=str(out),
        cut_characters=accepted.cut_characters,
    )


def read_text(text: str | None, file: Path | None) -> str:
    """The text of the command: given, `-` for standard input, or in a UTF-8 file.

    Raises:
        GlassboxError: neither or both are given, or the file cannot be read as text.
    """
    if (text is None) == (file is None):
        raise GlassboxError("tokenizer.vocabularies.error.one_text")
    if file is None and text != "-":
        return text or ""
    data = sys.stdin.buffer.read(MOST_READ) if file is None else _bytes_of(file)
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=len(data) < MOST_READ)
    except UnicodeDecodeError as error:
        name = file.name if file is not None else "-"
        raise GlassboxError("tokenizer.vocabularies.error.not_text", file=name, place=error.start) from error


def _vocabulary(name: str) -> Vocabulary:
    """A vocabulary of the catalogue or, where the name ends in .json, one from a file."""
    if not name.endswith(".json"):
        return load_vocabulary(name)
    from core.tokenizer.vocabularies.uploaded import check_uploaded

    return check_uploaded(_bytes_of(Path(name)))


def _bytes_of(file: Path) -> bytes:
    """What is in the file, at most `MOST_READ` bytes."""
    try:
        with file.open("rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise OSError
            return opened.read(MOST_READ)
    except OSError as error:
        raise GlassboxError("tokenizer.vocabularies.error.no_file", file=file.name) from error
