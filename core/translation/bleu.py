"""BLEU written out: how many of the translation's n-grams does the reference have, and is it long enough?

    BLEU = BP * exp( 1/4 * sum_n ln p_n ),  p_n = clipped matches / n-grams of length n,  n = 1 .. 4
    BP = 1 if c > r, else exp(1 - r / c)    (c, r: tokens of translation and reference)

Clipping: an n-gram counts at most as often as the reference has it, or "the the the" would score.
BLEU is a figure of a whole test set: counts of all sentences are added first, then divided once. On a
single sentence one missing 4-gram makes the product zero; smoothing is what tools do against that, and
they do not agree about it. One reference per sentence here.

Sources: Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation"; Chen and
Cherry 2014, "A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU" (methods 1 to 3);
Post 2018, "A Call for Clarity in Reporting BLEU Scores" (sacreBLEU, whose choices are followed here).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Smoothing = Literal["exp", "none", "floor", "add-k"]
LONGEST_NGRAM = 4
FLOOR = 0.1
"""Counted in place of no match at all, by `floor`."""
Ngram = tuple[str, ...]
Verdict = Literal["matched", "clipped", "missing"]


@dataclass(frozen=True)
class BleuCounts:
    """All that BLEU needs to know of a sentence, or of many: counts add up."""

    length: int
    """Tokens of the translation, c."""
    reference_length: int
    """Tokens of the reference, r."""
    matches: tuple[int, ...]
    """Clipped matches of length 1, 2, 3, 4."""
    totals: tuple[int, ...]
    """N-grams of the translation of length 1, 2, 3, 4."""

    def __add__(self, other: "BleuCounts") -> "BleuCounts":
        return BleuCounts(
            self.length + other.length,
            self.reference_length + other.reference_length,
            tuple(mine + theirs for mine, theirs in zip(self.matches, other.matches, strict=True)),
            tuple(mine + theirs for mine, theirs in zip(self.totals, other.totals, strict=True)),
        )


NO_COUNTS = BleuCounts(0, 0, (0,) * LONGEST_NGRAM, (0,) * LONGEST_NGRAM)


@dataclass(frozen=True)
class BleuParts:
    """The score and what it was multiplied from."""

    score: float
    """0 to 100."""
    brevity_penalty: float
    numerators: tuple[float, ...]
    """Matches of each length, or what smoothing put in their place."""
    denominators: tuple[int, ...]
    """N-grams of each length, and what smoothing added."""
    smoothed: tuple[bool, ...]
    """Whether smoothing changed that length's fraction."""
    orders: int
    """Lengths that enter the mean: 4, or fewer where a short translation has no 4-gram."""

    @property
    def precisions(self) -> tuple[float, ...]:
        """0 to 1, after smoothing, one a length."""
        pairs = zip(self.numerators, self.denominators, strict=True)
        return tuple(found / total if total else 0.0 for found, total in pairs)


@dataclass(frozen=True)
class NgramAt:
    """One n-gram of the translation, at its place."""

    first: int
    """Place of its first token."""
    tokens: Ngram
    occurrence: int
    """It is the 1st, 2nd, ... of its kind in the translation."""
    in_translation: int
    in_reference: int

    @property
    def verdict(self) -> Verdict:
        """Whether the reference has it at least this often, less often, or not at all."""
        if not self.in_reference:
            return "missing"
        return "matched" if self.occurrence <= self.in_reference else "clipped"


@dataclass(frozen=True)
class BleuArithmetic:
    """One translation against one reference, with every n-gram."""

    tokens: tuple[str, ...]
    reference: tuple[str, ...]
    ngrams: tuple[tuple[NgramAt, ...], ...]
    """Those of length 1, 2, 3, 4."""
    counts: BleuCounts
    parts: BleuParts


def ngrams_of(tokens: Sequence[str], length: int) -> list[Ngram]:
    """All n-grams in their order.

    >>> ngrams_of(["a", "man", "runs"], 2)
    [('a', 'man'), ('man', 'runs')]
    """
    return [tuple(tokens[first : first + length]) for first in range(len(tokens) - length + 1)]


def bleu_counts(tokens: Sequence[str], reference: Sequence[str]) -> BleuCounts:
    """The counts of one sentence, cut into tokens.

    >>> bleu_counts("the the the".split(), "the cat".split()).matches
    (1, 0, 0, 0)
    """
    matches, totals = [], []
    for length in range(1, LONGEST_NGRAM + 1):
        mine, theirs = Counter(ngrams_of(tokens, length)), Counter(ngrams_of(reference, length))
        matches.append((mine & theirs).total())
        totals.append(mine.total())
    return BleuCounts(len(tokens), len(reference), tuple(matches), tuple(totals))


def brevity_penalty(length: int, reference_length: int) -> float:
    """1 for a translation that is at least as long as the reference, less for a shorter one.

    >>> brevity_penalty(10, 9), round(brevity_penalty(8, 10), 4), brevity_penalty(0, 5)
    (1.0, 0.7788, 0.0)
    """
    if length >= reference_length:
        return 1.0
    return math.exp(1 - reference_length / length) if length else 0.0


def bleu_parts(counts: BleuCounts, smoothing: Smoothing = "exp", effective_orders: bool = False) -> BleuParts:
    """From counts to the score.

    Args:
        counts: of one sentence or added over many.
        smoothing: what a length without any match gets. `exp`: 1/2, 1/4, ... of a match, halved at each
            such length; `floor`: 0.1 of a match; `add-k`: one match and one n-gram more at every length
            from 2 on; `none`: nothing, so the score is 0.
        effective_orders: lengths that the translation is too short for are left out of the mean.

    >>> parts = bleu_parts(bleu_counts("a man runs fast".split(), "a man runs".split()))
    >>> [round(value, 3) for value in parts.precisions], parts.smoothed[3], round(parts.score, 2)
    ([0.75, 0.667, 0.5, 0.5], True, 59.46)
    """
    penalty = brevity_penalty(counts.length, counts.reference_length)
    if not any(counts.matches):
        orders = sum(total > 0 for total in counts.totals) if effective_orders else LONGEST_NGRAM
        return BleuParts(0.0, penalty, counts.matches, counts.totals, (False,) * LONGEST_NGRAM, orders)
    numerators, denominators = list(map(float, counts.matches)), list(counts.totals)
    orders, share = LONGEST_NGRAM, 1.0
    for place in range(LONGEST_NGRAM):
        if smoothing == "add-k" and place:
            numerators[place] += 1
            denominators[place] += 1
        if not denominators[place]:
            break
        if effective_orders:
            orders = place + 1
        if not numerators[place] and smoothing in ("exp", "floor"):
            share /= 2
            numerators[place] = share if smoothing == "exp" else FLOOR
    smoothed = tuple(found != matches for found, matches in zip(numerators, counts.matches, strict=True))
    parts = BleuParts(0.0, penalty, tuple(numerators), tuple(denominators), smoothed, orders)
    used = parts.precisions[:orders]
    mean = math.exp(sum(map(math.log, used)) / orders) if all(used) else 0.0
    return replace(parts, score=100 * penalty * mean)


def bleu_of_tokens(
    tokens: Sequence[str],
    reference: Sequence[str],
    smoothing: Smoothing = "exp",
    effective_orders: bool = True,
) -> BleuArithmetic:
    """BLEU of one sentence with every n-gram; smoothing and orders as in `bleu_parts`."""
    counts = bleu_counts(tokens, reference)
    placed = tuple(_placed(tokens, reference, length) for length in range(1, LONGEST_NGRAM + 1))
    parts = bleu_parts(counts, smoothing, effective_orders)
    return BleuArithmetic(tuple(tokens), tuple(reference), placed, counts, parts)


def longest_matches(tokens: Sequence[str], other: Sequence[str]) -> tuple[int, ...]:
    """For each token the length of the longest n-gram around it, up to 4, that `other` has too.

    >>> longest_matches("a man runs fast".split(), "a man walks fast".split())
    (2, 2, 0, 1)
    """
    longest = [0] * len(tokens)
    for length in range(1, LONGEST_NGRAM + 1):
        theirs = set(ngrams_of(other, length))
        for first, ngram in enumerate(ngrams_of(tokens, length)):
            if ngram in theirs:
                longest[first : first + length] = [length] * length
    return tuple(longest)


def _placed(tokens: Sequence[str], reference: Sequence[str], length: int) -> tuple[NgramAt, ...]:
    mine, theirs = Counter(ngrams_of(tokens, length)), Counter(ngrams_of(reference, length))
    seen: Counter[Ngram] = Counter()
    found = []
    for first, ngram in enumerate(ngrams_of(tokens, length)):
        seen[ngram] += 1
        found.append(NgramAt(first, ngram, seen[ngram], mine[ngram], theirs[ngram]))
    return tuple(found)
