"""The texts of "Does it matter?": what the shipped rankings were measured on, and words with two meanings."""

import tomllib
from dataclasses import dataclass
from functools import cache

from core.settings import PROJECT_FOLDER

TEXTS_FILE = PROJECT_FOLDER / "assets" / "samples" / "attention" / "matter.toml"


@dataclass(frozen=True)
class TwoMeanings:
    """A word in sentences of one meaning and of another."""

    word: str
    first: tuple[str, ...]
    second: tuple[str, ...]


@cache
def ranking_text() -> str:
    """A short story whose names and phrases come back."""
    return str(tomllib.loads(TEXTS_FILE.read_text(encoding="utf-8"))["ranking_text"]).strip()


@cache
def words_with_two_meanings() -> tuple[TwoMeanings, ...]:
    """English words, each in four sentences of either meaning."""
    found = tomllib.loads(TEXTS_FILE.read_text(encoding="utf-8"))["meanings"]
    return tuple(TwoMeanings(row["word"], tuple(row["first"]), tuple(row["second"])) for row in found)
