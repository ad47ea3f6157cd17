"""Words before subwords: segmentation, part of speech and stop words, beside characters and subwords.

English puts spaces between words, so a pattern finds them. Chinese does not: 研究生命 may be cut into
"study, life" or "graduate student, fate", and which one is meant must be decided. jieba decides by a
dictionary with word frequencies (the likeliest path through all dictionary words) and, where the
dictionary knows nothing, by a hidden Markov model over characters. A subword vocabulary needs none of
this: any cut will do, as long as the model learns what the pieces mean.

Simplified: scripts without spaces other than Chinese (Thai, Japanese kana) are cut at their punctuation
only; Japanese kanji are read as if they were Chinese. Parts of speech are given for Chinese (jieba) and
English (`english_tagger`, where its weights are installed), by models that err: estimates, not facts.
Sources: jieba 0.42.1 (MIT), https://github.com/fxsjy/jieba; Unicode Standard Annex 29, section 4.
"""

import sys
import threading
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import regex

from core.embedding.language import is_english
from core.tokenizer.english_tagger import english_tagger, tagger_installed
from core.tokenizer.samples import SAMPLES_FOLDER

if TYPE_CHECKING:
    from core.tokenizer.vocabularies.vocabulary import Vocabulary

UNTAGGED = "untagged"
"""The part of speech of a word for which there is no tagger: another language, or weights not installed."""

_TAGS = {
    "name": "nr ns nt nz j",
    "noun": "n vn an g",
    "time": "t",
    "place": "s f",
    "verb": "v",
    "adjective": "a b z",
    "adverb": "d",
    "number": "m",
    "measure": "q",
    "pronoun": "r",
    "preposition": "p",
    "conjunction": "c",
    "interjection": "e o",
    "determiner": "",
    "particle": "u y",
    "idiom": "i l",
    "affix": "h k",
    "punctuation": "w",
}
"""Parts of speech by the beginnings of jieba's tags (the ICTCLAS set); the longest beginning decides."""

_PARTS = {tag: part for part, tags in _TAGS.items() for tag in tags.split()}
_UNIVERSAL = {
    "ADJ": "adjective",
    "ADP": "preposition",
    "ADV": "adverb",
    "AUX": "verb",
    "CCONJ": "conjunction",
    "DET": "determiner",
    "INTJ": "interjection",
    "NOUN": "noun",
    "NUM": "number",
    "PART": "particle",
    "PRON": "pronoun",
    "PROPN": "name",
    "SCONJ": "conjunction",
    "VERB": "verb",
}
"""The same for the universal tags that the English tagger gives."""
PARTS_OF_SPEECH = (*_TAGS, "other", UNTAGGED)

_PIECE = regex.compile(
    r"""(?P<han>\p{Han}+)
    | (?P<word>[[\p{L}\p{N}]--\p{Han}] [[\p{L}\p{M}\p{N}\u200c\u200d_]--\p{Han}]*
        (?:['’.\-] [[\p{L}\p{M}\p{N}\u200c\u200d_]--\p{Han}]+)*)
    | (?P<mark>(?!\s)\X)""",
    regex.VERSION1 | regex.VERBOSE,
)
_HAN = regex.compile(r"\p{Han}")
SENTENCE_ENDS = ".!?。！？"
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Word:
    """One word or punctuation mark; `start` and `end` are code points of the text, half-open."""

    text: str
    start: int
    end: int
    part_of_speech: str
    stop_word: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One unit of a way to cut a text; `unknown` where the way's vocabulary does not hold it."""

    text: str
    start: int
    end: int
    unknown: bool = False


@dataclass(frozen=True)
class Way:
    """A text cut in one way. `vocabulary_size` is None where no list could ever be complete."""

    name: str
    pieces: tuple[Piece, ...]
    vocabulary_size: int | None

    @property
    def count(self) -> int:
        """How many pieces the text has."""
        return len(self.pieces)

    @property
    def unknown(self) -> int:
        """How many of them the vocabulary does not hold."""
        return sum(piece.unknown for piece in self.pieces)


@dataclass(frozen=True)
class ThreeWays:
    """The same text as characters, words and subwords; white space counts in none but the subwords."""

    characters: Way
    words: Way
    subwords: Way


def segmented(text: str) -> tuple[Word, ...]:
    """The words and punctuation marks of `text` in order, Chinese and English ones with their part of speech.

    Raises:
        GlassboxError: the weights of the English tagger are installed, but altered.

    >>> [word.text for word in segmented("It's the 3rd test-run.")]
    ["It's", 'the', '3rd', 'test-run', '.']
    >>> [(word.text, word.part_of_speech, word.stop_word) for word in segmented("我们学习数学")]
    [('我们', 'pronoun', True), ('学习', 'verb', False), ('数学', 'noun', False)]
    """
    words = list(_words(text))
    if tagger_installed() and is_english(_HAN.sub("", text)):
        for places in filter(None, _english_sentences(words)):
            tags = english_tagger().tag([words[place].text for place in places])
            for place, tag in zip(places, tags, strict=True):
                words[place] = replace(words[place], part_of_speech=_UNIVERSAL.get(tag, "other"))
    return tuple(words)


def stop_words(language: str) -> frozenset[str]:
    """Our list of stop words for "en" or "zh"; no list is the right one, so the page states its size."""
    return _stop_lists()[language]


def three_ways(text: str, vocabulary: "Vocabulary") -> ThreeWays:
    """`text` as characters, as words, and as the subwords of `vocabulary`.

    The vocabulary of characters is what Unicode has assigned. That of words is jieba's dictionary where
    the text holds Chinese; a list of all words of a language with spaces does not exist.
    """
    encoding = vocabulary.encode(text)
    chinese = bool(_HAN.search(text))
    characters = tuple(
        Piece(character, at, at + 1) for at, character in enumerate(text) if not character.isspace()
    )
    words = tuple(
        Piece(word.text, word.start, word.end, chinese and _is_new(word.text)) for word in segmented(text)
    )
    subwords = tuple(
        Piece(text[token.start : token.end], token.start, token.end, token.unknown)
        for token in encoding.tokens
    )
    return ThreeWays(
        Way("characters", characters, assigned_characters()),
        Way("words", words, dictionary_size() if chinese else None),
        Way("subwords", subwords, vocabulary.size),
    )


@cache
def assigned_characters() -> int:
    """How many characters Unicode has assigned, as this Python knows it, without the private ones."""
    return sum(
        unicodedata.category(chr(point)) not in ("Cn", "Co", "Cs") for point in range(sys.maxunicode + 1)
    )


def dictionary_size() -> int:
    """How many words jieba's dictionary lists."""
    return sum(frequency > 0 for frequency in _jieba().dt.FREQ.values())


def _words(text: str) -> Iterator[Word]:
    flags: dict[str, str] = {}
    for found in _PIECE.finditer(text):
        start = found.start()
        if found.lastgroup == "han":
            for word, flag in _tagged(found.group(), flags):
                yield Word(word, start, start + len(word), _part(flag), word in stop_words("zh"))
                start += len(word)
        elif found.lastgroup == "word":
            word = found.group()
            part = "number" if word[0].isdigit() else UNTAGGED
            yield Word(word, start, found.end(), part, word.lower() in stop_words("en"))
        else:
            visible = unicodedata.category(found.group()[0])[0] in "PS"
            yield Word(found.group(), start, found.end(), "punctuation" if visible else "other", False)


def _english_sentences(words: Sequence[Word]) -> Iterator[list[int]]:
    """The places of the words of each sentence, which a Chinese word or . ! ? ends."""
    places: list[int] = []
    for place, word in enumerate(words):
        if word.part_of_speech in (UNTAGGED, "number") and not _HAN.match(word.text):
            places.append(place)
        elif _HAN.match(word.text) or word.text in SENTENCE_ENDS:
            yield places
            places = []
    yield places


def _part(flag: str) -> str:
    """The plain name of jieba's tag.

    >>> _part("nrt"), _part("vn"), _part("x")
    ('name', 'noun', 'other')
    """
    return next((_PARTS[flag[:length]] for length in (2, 1) if flag[:length] in _PARTS), "other")


def _tagged(run: str, flags: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The words of a run of Chinese characters with jieba's tags.

    A word of the dictionary gets the dictionary's tag; only others go through the tagger's hidden Markov
    model, which takes a hundred times as long, and only once: `flags` remembers them.
    """
    jieba = _jieba()
    for word in jieba.dt.cut(run):
        if word not in flags:
            listed = jieba.posseg.dt.word_tag_tab.get(word)
            flags[word] = listed or jieba.posseg.dt.lcut(word)[0].flag
        yield word, flags[word]


def _is_new(word: str) -> bool:
    """Whether `word` is Chinese and not in jieba's dictionary."""
    return bool(_HAN.match(word)) and not _jieba().dt.FREQ.get(word)


@cache
def _stop_lists() -> dict[str, frozenset[str]]:
    lists = tomllib.loads((SAMPLES_FOLDER / "stop_words.toml").read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in lists.items()}


def _jieba() -> ModuleType:
    """jieba with its dictionary read, about a second once.

    Its own `initialize` keeps a marshalled copy in the machine's shared temporary folder, where anyone could
    plant another; so the dictionary is read from the package each time instead.
    """
    with _lock:
        import jieba
        import jieba.posseg

        if not jieba.dt.initialized:
            jieba.dt.FREQ, jieba.dt.total = jieba.dt.gen_pfdict(jieba.dt.get_dict_file())
            jieba.dt.initialized = True
    return jieba
