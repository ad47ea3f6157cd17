"""Texts that come with the tokenizer lesson: corpora, one meaning in many languages, professional texts.

All of them were written for this project and lie in `assets/samples/tokenizer`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from core.settings import PROJECT_FOLDER
from core.wording import Language

SAMPLES_FOLDER = PROJECT_FOLDER / "assets" / "samples" / "tokenizer"

Message = dict[str, str]
"""`role` and `content`, as chat templates take them."""


@dataclass(frozen=True)
class Domain:
    """A professional text and the words of the trade in it."""

    id: str
    title: dict[Language, str]
    language: str
    words: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Example:
    """A text to look at first; each shows one habit of tokenizers."""

    id: str
    label: dict[Language, str]
    text: str


@cache
def corpora() -> Mapping[str, str]:
    """Training texts by name: english, german, chinese, code.

    >>> list(corpora())
    ['english', 'german', 'chinese', 'code']
    """
    return MappingProxyType({name: text.strip() + "\n" for name, text in _read("corpora").items()})


@cache
def parallel() -> Mapping[str, tuple[str, ...]]:
    """The same plain sentences by ISO 639-1 code of the language; line n says the same in each.

    >>> parallel()["en"][0], parallel()["zh"][0]
    ('The train to the city leaves at seven in the morning.', '开往市里的火车早上七点出发。')
    """
    return MappingProxyType({language: tuple(lines) for language, lines in _read("parallel").items()})


@cache
def domains() -> Mapping[str, Domain]:
    """Professional texts by name: medicine and chemistry in English, law and network in Chinese."""
    return MappingProxyType(
        {
            name: Domain(
                name, table["title"], table["language"], tuple(table["words"]), table["text"].strip()
            )
            for name, table in _read("domain").items()
        }
    )


def conversation(language: Language = "en") -> tuple[Message, ...]:
    """A short conversation: system, user, assistant, user. A fresh copy on every call."""
    return tuple(dict(message) for message in _read("conversation")["conversation"][language])


def typed_special(token: str, language: Language = "en") -> str:
    """What a user might write about a special token, its spelling in the middle of the sentence.

    >>> typed_special("<|im_end|>")
    'What does <|im_end|> mean at the end of a prompt?'
    """
    text: str = _read("conversation")["typed"][language]
    return text.replace("{token}", token)


@cache
def examples() -> tuple[Example, ...]:
    """The texts to look at first, in the file's order."""
    return tuple(Example(**entry) for entry in _read("examples")["example"])


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((SAMPLES_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
