"""What a vocabulary costs: tokens for the same meaning by language, money, and rows of an embedding table.

Fertility is the number of tokens for each word; where words are not written apart it is not defined,
and tokens for the same sentence remain. Sources: Rust et al. 2021, "How Good is Your Tokenizer?",
section 4.1 (fertility); Petrov et al. 2023, "Language Model Tokenizers Introduce Unfairness Between
Languages", section 2 (tokens for parallel text, relative to English).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.errors import GlassboxError
from core.tokenizer.vocabularies.vocabulary import Vocabulary

REFERENCE = "en"
WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo"})
"""Languages (ISO 639-1) that do not write words apart."""
RESAMPLES = 1000


@dataclass(frozen=True)
class LanguageCost:
    """The tokens of one language's sentences."""

    language: str
    sentences: int
    tokens: int
    words: int | None
    """Parted by white space; None for a language that writes none."""
    characters: int
    bytes: int
    tokens_per_sentence: float
    tokens_per_word: float | None
    tokens_per_character: float
    relative: float | None
    """Tokens divided by those of the English sentences; None where there are none."""
    low: float | None
    """2.5th percentile of `relative` when whole sentence pairs are drawn again, with replacement."""
    high: float | None
    """97.5th percentile."""


@dataclass(frozen=True)
class Fertility:
    """The languages by rising number of tokens."""

    vocabulary: str
    languages: tuple[LanguageCost, ...]


@dataclass(frozen=True)
class Expansion:
    """What adding words to a vocabulary saves, and what it costs."""

    tokens_before: int
    tokens_after: int
    saved: int
    rows: int
    """New tokens, each a row of the input embedding and, untied, one of the output layer too."""
    parameters: int
    bytes: int
    added: tuple[str, ...]
    already: tuple[str, ...]
    """Words that are one token as it is and need no row."""

    @property
    def saved_share(self) -> float:
        """The share of the tokens that is saved; 0 for an empty text."""
        return self.saved / self.tokens_before if self.tokens_before else 0.0


def fertility(vocabulary: Vocabulary, sentences: Mapping[str, Sequence[str]], seed: int = 0) -> Fertility:
    """Count the tokens of parallel sentences.

    Args:
        vocabulary: any.
        sentences: by language; sentence n means the same in each.
        seed: of the resampling behind the intervals.

    Raises:
        GlassboxError: a language without sentences or with another number of them than English.
    """
    counts = {
        language: np.array([vocabulary.encode(sentence).count for sentence in lines])
        for language, lines in sentences.items()
    }
    reference = counts.get(REFERENCE)
    for language, tokens in counts.items():
        if not len(tokens) or (reference is not None and len(tokens) != len(reference)):
            raise GlassboxError("tokenizer.vocabularies.error.parallel", language=language[:20])
    costs = (_cost(language, sentences[language], counts[language], reference, seed) for language in counts)
    return Fertility(vocabulary.name, tuple(sorted(costs, key=lambda cost: cost.tokens)))


def price(count: int, price_per_million: float) -> float:
    """What `count` tokens cost, in the currency of `price_per_million`.

    Raises:
        GlassboxError: a negative or infinite price.

    >>> price(250_000, 2.0)
    0.5
    """
    if not 0 <= price_per_million < math.inf:
        raise GlassboxError("tokenizer.vocabularies.error.price")
    return count * price_per_million / 1e6


def expansion(
    vocabulary: Vocabulary,
    text: str,
    words: Sequence[str],
    dimension: int,
    tied: bool,
    bytes_per_parameter: float,
) -> Expansion:
    """Encode `text` without and with `words` as tokens of their own, and count the embedding's new rows.

    An added word is found before the vocabulary's own algorithm runs, as `add_tokens` of Hugging Face's
    libraries does, the longest first, and takes one space in front with it. A word that begins or ends
    with a letter or digit of a script with spaces is found only where it stands alone.

    Args:
        vocabulary: any.
        text: what to encode.
        words: to add; empty ones and repetitions do not count.
        dimension: length of an embedding vector.
        tied: whether input embedding and output layer are one matrix.
        bytes_per_parameter: 4 for float32, 2 for bfloat16, 0.5 for 4 bits.

    Raises:
        GlassboxError: a dimension or a size that is not positive, or lone surrogates.
    """
    if dimension < 1 or not 0 < bytes_per_parameter < math.inf:
        raise GlassboxError("tokenizer.vocabularies.error.dimension")
    wanted = dict.fromkeys(word.strip() for word in words if word.strip())
    already = tuple(word for word in wanted if _is_one_token(vocabulary, word))
    added = tuple(word for word in wanted if word not in already)
    before = vocabulary.encode(text).count
    after = _count_with(vocabulary, text, added)
    parameters = len(added) * dimension * (1 if tied else 2)
    size = round(parameters * bytes_per_parameter)
    return Expansion(before, after, before - after, len(added), parameters, size, added, already)


def _cost(
    language: str, lines: Sequence[str], tokens: np.ndarray, reference: np.ndarray | None, seed: int
) -> LanguageCost:
    total = int(tokens.sum())
    words = None if language in WITHOUT_SPACES else sum(len(line.split()) for line in lines)
    characters = sum(map(len, lines))
    relative = low = high = None
    if reference is not None and reference.sum():
        drawn = np.random.default_rng(seed).integers(len(tokens), size=(RESAMPLES, len(tokens)))
        ratios = tokens[drawn].sum(axis=1) / np.maximum(reference[drawn].sum(axis=1), 1)
        relative = total / int(reference.sum())
        low, high = (float(value) for value in np.percentile(ratios, (2.5, 97.5)))
    return LanguageCost(
        language=language,
        sentences=len(lines),
        tokens=total,
        words=words,
        characters=characters,
        bytes=sum(len(line.encode()) for line in lines),
        tokens_per_sentence=total / len(lines),
        tokens_per_word=total / words if words else None,
        tokens_per_character=total / characters if characters else 0.0,
        relative=relative,
        low=low,
        high=high,
    )


def _is_one_token(vocabulary: Vocabulary, word: str) -> bool:
    """Whether the word is one token alone or after a space."""
    return any(vocabulary.encode(written).count == 1 for written in (word, f" {word}"))


def _count_with(vocabulary: Vocabulary, text: str, words: Sequence[str]) -> int:
    """Tokens of `text` when each of `words` is one."""
    if not words:
        return vocabulary.encode(text).count
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(map(_occurrence, longest_first)))
    spans = [match.span() for match in pattern.finditer(text)]
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    between = (text[start:end] for start, end in list(pairwise(edges))[::2])
    return len(spans) + sum(vocabulary.encode(part).count for part in between if part)


def _occurrence(word: str) -> str:
    """An expression for the word with one space in front; alone where its script writes spaces."""
    before = r"(?<!\w)" if _spaced(word[0]) else ""
    after = r"(?!\w)" if _spaced(word[-1]) else ""
    return f" ?{before}{re.escape(word)}{after}"


def _spaced(character: str) -> bool:
    """Whether the character is a letter or digit outside the Chinese, Japanese, Thai, ... blocks."""
    code = ord(character)
    unspaced = 0x2E80 <= code <= 0xA4CF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF
    return character.isalnum() and not unspaced and not 0x0E00 <= code <= 0x0EFF
