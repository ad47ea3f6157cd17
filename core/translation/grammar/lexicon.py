"""The words of the caption grammar, read from `assets/samples/translation/grammar.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache

from core.settings import PROJECT_FOLDER

FILE = PROJECT_FOLDER / "assets" / "samples" / "translation" / "grammar.toml"


@dataclass(frozen=True)
class Noun:
    """A noun of both languages."""

    german: str
    gender: str
    """m, f or n."""
    plural: str
    english: str
    english_plural: str
    oblique: str = ""
    """Accusative and dative singular, where they differ from the nominative (den Jungen)."""
    kind: str = ""
    """The group of the lexicon that it belongs to: people, animals, clothes, ..."""


@dataclass(frozen=True)
class Verb:
    """A verb with an object, in the forms that captions need."""

    prefix: str
    """Separable prefix, which goes to the end of a main clause; empty without."""
    infinitive: str
    """Without the prefix; also the third person plural."""
    singular: str
    """Third person singular, without the prefix."""
    participle: str
    english: str
    continuous: str
    """With -ing."""
    english_participle: str
    particle: str
    """Follows the English verb (pick up); empty without."""
    subjects: tuple[str, ...]
    """Kinds of noun that can do it."""
    objects: tuple[str, ...]
    """Kinds of noun that it can be done to."""


@dataclass(frozen=True)
class Place:
    """Where something happens: a preposition with the dative, and a noun."""

    preposition: str
    english_preposition: str
    noun: Noun


@dataclass(frozen=True)
class Lexicon:
    """All words."""

    nouns: dict[str, tuple[Noun, ...]]
    """By kind."""
    adjectives: dict[str, tuple[tuple[str, str], ...]]
    """German stem and English word, by the kind of noun; `things` for every kind not named."""
    verbs: tuple[Verb, ...]
    places: tuple[Place, ...]
    times: tuple[tuple[str, str], ...]
    """German and English."""

    def adjectives_for(self, kind: str) -> tuple[tuple[str, str], ...]:
        """Those that suit a noun of this kind."""
        return self.adjectives.get(kind, self.adjectives["things"])


@cache
def lexicon() -> Lexicon:
    """The project's words; read once."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    nouns = {kind: tuple(_noun(kind, *row) for row in rows) for kind, rows in content["nouns"].items()}
    adjectives = {
        kind: tuple((german, english) for german, english in rows)
        for kind, rows in content["adjectives"].items()
    }
    verbs = tuple(_verb(*row) for row in content["verbs"]["all"])
    places = tuple(
        Place(german, english, Noun(noun, gender, "", english_noun, "", kind="places"))
        for german, english, noun, gender, english_noun in content["places"]["all"]
    )
    times = tuple((german, english) for german, english in content["times"]["all"])
    return Lexicon(nouns, adjectives, verbs, places, times)


def _verb(*row: str) -> Verb:
    """A line of the file; its last two texts list kinds of noun."""
    prefix, infinitive, singular, participle, english, continuous, english_participle, particle, *kinds = row
    english_forms = english, continuous, english_participle, particle
    subjects, objects = (tuple(kind.split()) for kind in kinds)
    return Verb(prefix, infinitive, singular, participle, *english_forms, subjects, objects)


def _noun(kind: str, german: str, gender: str, plural: str, english: str, *rest: str) -> Noun:
    """A line of the file; the last text, the oblique form, is only there where it differs."""
    return Noun(german, gender, plural, english, rest[0], rest[1] if len(rest) > 1 else "", kind)
