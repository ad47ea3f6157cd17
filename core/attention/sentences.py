"""Sentences to look at first, written for the attention lesson; they lie in `assets/samples/attention`."""

import tomllib
from dataclasses import dataclass
from functools import cache

from core.settings import PROJECT_FOLDER
from core.wording import Language

FILE = PROJECT_FOLDER / "assets" / "samples" / "attention" / "sentences.toml"


@dataclass(frozen=True)
class Sentence:
    """One sentence, and what it is good for."""

    id: str
    label: dict[Language, str]
    text: str


@cache
def sentences() -> tuple[Sentence, ...]:
    """All of them; the first is the one that the lesson opens with.

    >>> sentences()[0].id
    'repeat'
    """
    with FILE.open("rb") as file:
        return tuple(Sentence(**sentence) for sentence in tomllib.load(file)["sentence"])


@cache
def first_text(experiment: str) -> str:
    """The English text that an experiment starts with.

    >>> first_text("cross_looked_at")
    'In the yard a kitten ran away from the puppy.'
    """
    with FILE.open("rb") as file:
        return str(tomllib.load(file)["first"][experiment])
