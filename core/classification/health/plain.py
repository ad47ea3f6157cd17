"""Texts as comparisons see them, their length, and their language."""

import re
import unicodedata
from collections import Counter
from functools import cache

from core.embedding.language import is_english

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_UNITS = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:['’][^\W_]+)?"
)
_SCRIPTS = {"HANGUL": "ko", "CYRILLIC": "cyrillic", "ARABIC": "arabic", "GREEK": "greek", "HEBREW": "hebrew"}
_SCRIPTS |= {"DEVANAGARI": "devanagari", "THAI": "thai"}
LANGUAGES_TOLD = ("en", "latin", "zh", "ja", *_SCRIPTS.values(), "other")
_LATIN = re.compile("[A-Za-z]")
_READ = 400
"""Characters from which the language is told."""


def plain(text: str) -> str:
    """The text without differences that a typist does not see: width, case, runs of spaces.

    >>> plain("  Where's　MY order？ ")
    "where's my order?"
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def bare(text: str) -> str:
    """`plain`, and without punctuation.

    >>> bare("Where, exactly, is it?!")
    'where exactly is it'
    """
    return " ".join(re.findall(r"[^\W_]+", plain(text)))


def units(text: str) -> int:
    """The length in words, where each Chinese or Japanese character counts as one.

    >>> units("don't ship it"), units("发货了没"), units("用PayPal付款")
    (3, 4, 4)
    """
    return len(_UNITS.findall(text))


def language_of(text: str) -> str:
    """English, another language in Latin letters, or one told by its script; "other" without letters.

    The rule is small: Chinese and Japanese from a fifth of the letters on (brand names stand in Latin
    letters everywhere), Japanese where there is kana; Latin letters by function words.

    >>> language_of("my parcel"), language_of("Wo ist das Paket?"), language_of("Apple Pay的按钮不见了")
    ('en', 'latin', 'zh')
    """
    if text.isascii():  # most texts; nothing more to look up
        return "other" if not _LATIN.search(text) else "en" if is_english(text[:_READ]) else "latin"
    letters = [character for character in text[:_READ] if character.isalpha()]
    if not letters:
        return "other"
    cjk = sum(bool(_CJK.match(letter)) for letter in letters)
    if cjk >= 0.2 * len(letters):
        return "ja" if any("\u3040" <= letter <= "\u30ff" for letter in letters) else "zh"
    scripts = Counter(map(_script, letters))
    common = scripts.most_common(1)[0][0]
    if common == "LATIN":
        return "en" if is_english(text[:_READ]) else "latin"
    return _SCRIPTS.get(common, "other")


@cache
def _script(letter: str) -> str:
    """The first word of the letter's Unicode name, which is its script."""
    return unicodedata.name(letter, "").split(" ")[0]
