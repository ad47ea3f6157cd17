"""A reader's own sentence pairs: one file with a tab in each line, or one file a language.

What is kept is what was understood: cleaned pairs under their hash, never the file under its own name.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import GlassboxError
from core.files import write_text_whole
from core.translation.pairs import SentencePairs, paired_lines, read_tsv

LARGEST_UPLOAD = 20_000_000
"""Bytes of one file."""
FEWEST_PAIRS = 50
"""Different pairs that must be left to learn from and to hold out."""
MOST_WORDS = 150
"""Of a sentence; longer ones are left out, for one of them costs more memory than a batch of others."""


@dataclass(frozen=True)
class Upload:
    """Pairs that can be trained on, and what became of the others."""

    pairs: SentencePairs
    read: int
    """Pairs in the files."""
    empty: int
    """Left out because a side had no text."""
    repeated: int
    """Left out because the same pair stood before."""
    long: int
    """Left out because a side had more than `MOST_WORDS` words."""

    @property
    def digest(self) -> str:
        """SHA-256 of the pairs that are left."""
        return hashlib.sha256(_as_tsv(self.pairs).encode()).hexdigest()


def read_upload(files: Mapping[str, bytes], largest: int = LARGEST_UPLOAD) -> Upload:
    """Understand one TSV, or two texts whose names end with the language (.de and .en).

    Args:
        files: name -> content.
        largest: bytes of one file.

    Raises:
        GlassboxError: too large, not UTF-8, a line without a tab, unequal numbers of lines, files whose
            languages cannot be told, or too few pairs.
    """
    texts = {name: _text(name, content, largest) for name, content in files.items()}
    if len(texts) == 1:
        pairs = read_tsv(next(iter(texts.values())))
    else:
        german, english = _side(texts, "de"), _side(texts, "en")
        if len(texts) != 2 or german is None or english is None:
            raise GlassboxError("translation.train.error.upload_files", count=len(texts))
        pairs = paired_lines(german.split("\n"), english.split("\n"))
    return _usable(pairs)


def keep_upload(workspace: Path, upload: Upload) -> str:
    """Keep the pairs in the reader's workspace; returns the name under which a job finds them.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    path = upload_file(workspace, upload.digest)
    if not path.is_file():
        write_text_whole(path, _as_tsv(upload.pairs))
    return upload.digest


def kept_pairs(workspace: Path, digest: str) -> SentencePairs:
    """The pairs that `keep_upload` kept.

    Raises:
        GlassboxError: they are no longer there, or were altered.
    """
    try:
        content = upload_file(workspace, digest).read_bytes()
    except OSError as error:
        raise GlassboxError("translation.train.error.upload_missing") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise GlassboxError("translation.train.error.upload_missing")
    return read_tsv(content.decode("utf-8"))


def upload_file(workspace: Path, digest: str) -> Path:
    """Where pairs of that hash lie in a workspace's folder."""
    return workspace / "uploads" / f"{digest}.tsv"


def _as_tsv(pairs: SentencePairs) -> str:
    rows = zip(pairs.source, pairs.target, strict=True)
    return "".join(f"{source}\t{target}\n" for source, target in rows)


def _text(name: str, content: bytes, largest: int) -> str:
    """The file as text without a last empty line."""
    if len(content) > largest:
        limit = largest // 1_000_000
        raise GlassboxError("translation.train.error.upload_large", megabytes=len(content) / 1e6, limit=limit)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GlassboxError("translation.train.error.upload_encoding", file=name[:60]) from error
    if "\0" in text:
        raise GlassboxError("translation.train.error.upload_encoding", file=name[:60])
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def _side(texts: Mapping[str, str], language: str) -> str | None:
    """The text whose name says that it is in this language: `train.de`, `pairs.de.txt`, `de.tsv`."""
    pattern = re.compile(rf"(^|[._-]){language}(\.(txt|tsv))?$", re.IGNORECASE)
    found = [text for name, text in texts.items() if pattern.search(name)]
    return found[0] if len(found) == 1 else None


def _usable(pairs: SentencePairs) -> Upload:
    different = dict.fromkeys(zip(pairs.source, pairs.target, strict=True))
    short = [pair for pair in different if max(len(side.split()) for side in pair) <= MOST_WORDS]
    if len(short) < FEWEST_PAIRS:
        raise GlassboxError("translation.train.error.upload_few", count=len(short), least=FEWEST_PAIRS)
    sources, targets = zip(*short, strict=True)
    return Upload(
        SentencePairs(sources, targets),
        read=len(pairs) + pairs.dropped,
        empty=pairs.dropped,
        repeated=len(pairs) - len(different),
        long=len(different) - len(short),
    )
