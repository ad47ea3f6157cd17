"""How far a BLEU figure may be off, and whether one model is better: resampling of the test sentences.

A thousand test sets are drawn from the one at hand, with repetition, and each is scored; 95% of the
scores lie in the interval. For two models the same draws serve both, sentence by sentence (paired): what
makes a draw hard, it makes hard for both, so a difference can be certain though the intervals overlap.

    p = share of draws whose difference strays from its mean by more than the difference found

Draws, interval and p are those of sacreBLEU. Only the choice of test sentences is put to the test here:
another training run of the same model may differ by more than another test set.

Source: Koehn 2004, "Statistical Significance Tests for Machine Translation Evaluation".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import GlassboxError
from core.intervals import Estimate
from core.translation.bleu import LONGEST_NGRAM, NO_COUNTS, BleuCounts, bleu_counts, bleu_parts
from core.translation.scoring import check_pairs, tokenizer

RESAMPLES = 1000
SEED = 12345
"""sacreBLEU's."""


@dataclass(frozen=True)
class Comparison:
    """Two models on the same sentences."""

    first: str
    second: str
    difference: Estimate
    """BLEU of the second minus BLEU of the first, with 95% of the draws."""
    second_wins: float
    """Share of the draws in which the second scores higher."""
    p_value: float


def sentence_counts(hypotheses: Sequence[str], references: Sequence[str]) -> tuple[BleuCounts, ...]:
    """What each sentence adds to BLEU, cut as sacreBLEU does by default.

    Raises:
        GlassboxError: no sentences, or not as many references.
    """
    check_pairs(hypotheses, references)
    cut = tokenizer("13a")
    return tuple(
        bleu_counts(cut(hypothesis), cut(reference))
        for hypothesis, reference in zip(hypotheses, references, strict=True)
    )


def bleu_interval(rows: Sequence[BleuCounts], resamples: int = RESAMPLES, seed: int = SEED) -> Estimate:
    """BLEU of all sentences together, with the 95% interval over the draws.

    Raises:
        GlassboxError: no sentences.
    """
    drawn = np.sort(resampled_bleu(rows, resamples, seed))
    return Estimate(bleu_parts(sum(rows, NO_COUNTS)).score, *_middle(drawn))


def compare(
    first: str,
    second: str,
    first_rows: Sequence[BleuCounts],
    second_rows: Sequence[BleuCounts],
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Comparison:
    """The paired bootstrap of two models named `first` and `second`.

    Raises:
        GlassboxError: no sentences, or not as many of one as of the other.
    """
    if len(first_rows) != len(second_rows):
        raise GlassboxError(
            "translation.evaluate.error.pairs", hypotheses=len(first_rows), references=len(second_rows)
        )
    found = bleu_parts(sum(second_rows, NO_COUNTS)).score - bleu_parts(sum(first_rows, NO_COUNTS)).score
    differences = resampled_bleu(second_rows, resamples, seed) - resampled_bleu(first_rows, resamples, seed)
    sizes = np.abs(differences)
    stray = int((sizes - sizes.mean() > abs(found)).sum())
    return Comparison(
        first,
        second,
        Estimate(found, *_middle(np.sort(differences))),
        float((differences > 0).mean()),
        (stray + 1) / (resamples + 1),
    )


def resampled_bleu(
    rows: Sequence[BleuCounts], resamples: int = RESAMPLES, seed: int = SEED
) -> NDArray[np.float64]:
    """(resamples,) BLEU of test sets drawn from `rows`; the same draws for as many rows.

    Raises:
        GlassboxError: no sentences.
    """
    if not rows:
        raise GlassboxError("translation.evaluate.error.pairs", hypotheses=0, references=0)
    table = np.array([[row.length, row.reference_length, *row.matches, *row.totals] for row in rows])
    drawn = np.random.default_rng(seed).choice(len(rows), size=(resamples, len(rows)), replace=True)
    sums = (table[places].sum(axis=0).tolist() for places in drawn)
    return np.array([bleu_parts(_counts(numbers)).score for numbers in sums])


def _counts(numbers: list[int]) -> BleuCounts:
    ngrams = 2 + LONGEST_NGRAM
    return BleuCounts(numbers[0], numbers[1], tuple(numbers[2:ngrams]), tuple(numbers[ngrams:]))


def _middle(ordered: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the middle 95%."""
    cut = len(ordered) // 40
    return float(ordered[cut]), float(ordered[len(ordered) - cut - 1])
