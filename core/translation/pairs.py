"""Sentence pairs: reading them from files that other people wrote, and cleaning them.

Cleaning is deliberately little, so that scores stay comparable: Unicode in its composed form (NFC),
white space of every kind as one blank, and no pair in which one side is empty.
"""

import gzip
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import GlassboxError

LARGEST_FILE = 200_000_000
"""Bytes of text that are read from one file."""
MULTI30K_FILES = {"train": "train", "validation": "val", "test_2016": "test_2016_flickr"}


@dataclass(frozen=True)
class SentencePairs:
    """German sentences and their English translations, line by line."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    dropped: int = 0
    """Pairs that were left out because one side was empty."""

    def __len__(self) -> int:
        return len(self.source)


def clean(sentence: str) -> str:
    """One line of text, composed, its white space made single blanks.

    >>> clean("  Zwei\\u00a0Ma\\u0308nner ")
    'Zwei Männer'
    """
    return " ".join(unicodedata.normalize("NFC", sentence).split())


def cleaned_pairs(pairs: Iterable[tuple[str, str]]) -> SentencePairs:
    """The cleaned pairs in their order.

    Raises:
        GlassboxError: no pair has text on both sides.
    """
    kept, dropped = [], 0
    for source, target in pairs:
        both = clean(source), clean(target)
        if all(both):
            kept.append(both)
        else:
            dropped += 1
    if not kept:
        raise GlassboxError("translation.data.error.no_pairs")
    sources, targets = zip(*kept, strict=True)
    return SentencePairs(sources, targets, dropped)


def read_multi30k(folder: Path, part: str) -> SentencePairs:
    """A part of Multi30k, `train`, `validation` or `test_2016`, from `folder` with its raw files.

    The files are those of the data set's own repository, `data/task1/raw`, packed or not.
    Source: Elliott, Frank, Sima'an and Specia 2016, "Multi30K".

    Raises:
        GlassboxError: a file is missing or not text, or the two sides differ in length.
    """
    german, english = (text_lines(folder / f"{MULTI30K_FILES[part]}.{language}") for language in ("de", "en"))
    return paired_lines(german, english)


def paired_lines(source: list[str], target: list[str]) -> SentencePairs:
    """Two texts of as many lines, line by line.

    Raises:
        GlassboxError: they differ in length, or no pair has text on both sides.
    """
    if len(source) != len(target):
        raise GlassboxError("translation.data.error.line_counts", source=len(source), target=len(target))
    return cleaned_pairs(zip(source, target, strict=True))


def read_tsv(text: str) -> SentencePairs:
    """Tab-separated pairs, one a line: German, English; further columns are ignored.

    Raises:
        GlassboxError: a line with text has fewer than two columns (its number is named), or no pair is left.
    """
    return cleaned_pairs(_columns(text))


def _columns(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        columns = line.rstrip("\r").split("\t")
        if len(columns) >= 2:
            yield columns[0], columns[1]
        elif line.strip():
            raise GlassboxError("translation.data.error.columns", line=number)


def text_lines(path: Path) -> list[str]:
    """The lines of a text file, plain or packed by gzip (`path` with .gz behind it).

    Raises:
        GlassboxError: it is missing, too large, damaged, or not UTF-8.
    """
    packed = path.with_name(path.name + ".gz")
    try:
        if path.is_file():
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
        else:
            with gzip.open(packed) as unpacked:
                content = unpacked.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise GlassboxError("translation.data.error.large", file=path.name)
        text = content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise GlassboxError("translation.data.error.missing", file=path.name) from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise GlassboxError("translation.data.error.unreadable", file=path.name) from error
    return text.removesuffix("\n").split("\n")
