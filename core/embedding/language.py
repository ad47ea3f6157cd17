"""Which embedder suits the language of some texts.

MiniLM was trained on English alone; texts in other languages go to the multilingual model. The rule
is deliberately small and open to inspection:

1. letters of a script other than Latin make up a tenth of the letters or more: not English;
2. otherwise the function words are counted: not English where those of other languages outnumber
   the English ones, or where there are none of either and a letter carries a diacritic;
3. a collection is not English when a tenth of its texts or more is not.

It errs towards English for a few words without function words ("guten Appetit").
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

ENGLISH, MULTILINGUAL = "minilm-l6", "e5-multilingual"
SHARE = 0.1
TEXTS_READ, CHARACTERS_READ = 200, 2_000

_ENGLISH = """
    the of and to is that it was for are with this be have from not by at but they you which what how why when
    where who she his her will would can there their been if has more do does did we my your
"""
_OTHER = """
    der das und ist nicht ein eine zu den mit sich auf für von dem wie auch het een van niet dat zijn op te le
    la les et est une des du dans que qui pour pas sur el los las es una en por con para como del o os um uma
    não com il di che è per non della sono más está och att det som på är av og til er nie się na jest ve bir
    bu için dan yang ini itu của và là
"""
ENGLISH_WORDS = frozenset(_ENGLISH.split())
OTHER_WORDS = frozenset(_OTHER.split())
"""The commonest words of German, Dutch, French, Spanish, Portuguese, Italian, Swedish, Danish, Polish,
Turkish, Indonesian and Vietnamese, without those that are English words too."""


def choose_embedder(texts: Sequence[str]) -> str:
    """The shelf's name of the embedder for these texts; one for all, since vectors must be comparable.

    >>> choose_embedder(["Why do language models repeat themselves?"])
    'minilm-l6'
    >>> choose_embedder(["为什么语言模型会重复？"])
    'e5-multilingual'
    """
    read = texts[:: max(1, len(texts) // TEXTS_READ)]
    foreign = sum(not is_english(text) for text in read)
    return MULTILINGUAL if read and foreign >= SHARE * len(read) else ENGLISH


def is_english(text: str) -> bool:
    """Whether `text` passes the rule above; a text without letters does.

    >>> is_english("Das Modell wiederholt sich und ist nicht gut."), is_english("naïve"), is_english("42")
    (False, False, True)
    """
    text = text[:CHARACTERS_READ].lower()
    letters = [character for character in text if character.isalpha()]
    if sum(not _is_latin(letter) for letter in letters) > SHARE * len(letters):
        return False
    words = re.findall(r"[^\W\d_]+", text)
    english, other = _count(words, ENGLISH_WORDS), _count(words, OTHER_WORDS)
    if english == other == 0:
        return all(letter.isascii() for letter in letters)
    return english >= other


def _count(words: Iterable[str], known: frozenset[str]) -> int:
    return sum(word in known for word in words)


@cache
def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")
