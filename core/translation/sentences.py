"""Sentences that are worth translating first."""

import tomllib
from dataclasses import dataclass
from functools import cache

from core.settings import PROJECT_FOLDER
from core.wording import Language

FILE = PROJECT_FOLDER / "assets" / "samples" / "translation" / "sentences.toml"


@dataclass(frozen=True)
class Sentence:
    """A German sentence, what it shows, and a translation of it."""

    id: str
    label: dict[Language, str]
    text: str
    reference: str


@cache
def sentences() -> tuple[Sentence, ...]:
    """The sentences in the order in which they are offered."""
    return tuple(Sentence(**table) for table in tomllib.loads(FILE.read_text("utf-8"))["sentence"])
