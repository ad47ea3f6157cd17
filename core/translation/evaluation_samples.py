"""The sentences on which scores are explained and the questions measure, from `assets/samples`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.settings import PROJECT_FOLDER

_FILE = PROJECT_FOLDER / "assets" / "samples" / "translation" / "evaluate.toml"


@dataclass(frozen=True)
class ScoredExample:
    """A translation and a reference whose score shows something."""

    id: str
    translation: str
    reference: str


@dataclass(frozen=True)
class Pair:
    """A German sentence and its translation."""

    german: str
    english: str


@dataclass(frozen=True)
class NounInFrame:
    """A plain sentence about one noun."""

    german: str
    english: tuple[str, ...]
    """Words one of which a right translation has."""
    common: bool
    """The shipped models' training text has it often; otherwise never."""


def scored_examples() -> tuple[ScoredExample, ...]:
    """The pairs to start with, in the order of the page."""
    return tuple(ScoredExample(**row) for row in _tables()["example"])


def captions() -> tuple[Pair, ...]:
    """Image captions without capital and full stop, so that two can be joined."""
    return tuple(Pair(**row) for row in _tables()["caption"])


def single_captions() -> tuple[Pair, ...]:
    """Each caption as a sentence."""
    return tuple(Pair(_sentence(pair.german), _sentence(pair.english)) for pair in captions())


def joined_captions() -> tuple[Pair, ...]:
    """The same captions, two in a sentence.

    >>> joined_captions()[0].english
    'A man in a yellow jacket stands on a bridge and two little girls play with a ball in the garden.'
    """
    pairs = captions()
    return tuple(
        Pair(
            _sentence(f"{first.german} und {second.german}"),
            _sentence(f"{first.english} and {second.english}"),
        )
        for first, second in zip(pairs[::2], pairs[1::2], strict=True)
    )


def sentences_elsewhere() -> tuple[Pair, ...]:
    """Sentences that are no captions."""
    return tuple(Pair(**row) for row in _tables()["elsewhere"])


def nouns_in_frame() -> tuple[NounInFrame, ...]:
    """The same sentence about one noun after the other."""
    frame = _tables()["frame"]["german"]
    return tuple(
        NounInFrame(frame.format(noun=row["german"]), tuple(row["english"]), row["common"])
        for row in _tables()["noun"]
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
