"""How much the generated texts vary: within a text, and from one text to the next.

Sources: Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models",
section 5.2 (distinct-n); Zhu et al. 2018, "Texygen", section 2.3 (self-BLEU).
"""

from collections import Counter
from collections.abc import Sequence

from core.decoding.repetition import ngrams
from core.errors import GlassboxError

BLEU_ORDER = 4


def distinct_n(ids: Sequence[int], n: int) -> float:
    """Unique n-grams / n-grams of one text, from 0 to 1; a text shorter than `n` has nothing repeated: 1.

    Li et al. divide by the number of tokens, which is n - 1 more than the number of n-grams; dividing by
    the n-grams, as has become usual, lets a text without repetition reach 1.

    >>> distinct_n([1, 2, 1, 2, 1], 2)
    0.5
    """
    return distinct_n_of_all([ids], n)


def distinct_n_of_all(texts: Sequence[Sequence[int]], n: int) -> float:
    """Unique n-grams / n-grams of all texts taken together: falls when texts repeat one another.

    >>> distinct_n_of_all([[1, 2, 3], [1, 2, 4]], 2)
    0.75
    """
    runs = [run for ids in texts for run in ngrams(ids, n)]
    return len(set(runs)) / len(runs) if runs else 1.0


def self_bleu(texts: Sequence[Sequence[int]], order: int = BLEU_ORDER) -> float:
    """How much the texts resemble one another: mean BLEU of each against all the others, from 0 to 1.

    High means little variety. It grows with the number of texts, so compare only equal numbers. Counted
    on tokens and with the smoothing that Holtzman et al. use (an n-gram order without a match counts as
    0.1 matches). The formula is sacrebleu's; the clipped counts of "all others" are taken from the
    two largest counts of each n-gram, so that the cost grows with the number of texts, not its square.

    Args:
        texts: token ids of each text; empty ones score 0 as hypotheses.
        order: longest n-gram that counts.

    Raises:
        GlassboxError: fewer than two texts.

    >>> self_bleu([[1, 2, 3, 4, 5]] * 2) > 0.999, self_bleu([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]])
    (True, 0.0)
    """
    if len(texts) < 2:
        raise GlassboxError("decoding.measures.error.self_bleu", count=len(texts))
    from sacrebleu.metrics.bleu import BLEU  # needed by this measure alone

    counts = [Counter(run for n in range(1, order + 1) for run in ngrams(ids, n)) for ids in texts]
    largest = _two_largest_counts(counts)
    total = 0.0
    for index, own in enumerate(counts):
        matched, available = [0] * order, [0] * order
        for run, count in own.items():
            first, owner, second = largest[run]
            matched[len(run) - 1] += min(count, second if owner == index else first)
            available[len(run) - 1] += count
        length = len(texts[index])
        reference_length = _closest_length(length, [len(ids) for i, ids in enumerate(texts) if i != index])
        bleu = BLEU.compute_bleu(
            matched,
            available,
            length,
            reference_length,
            smooth_method="floor",
            effective_order=True,
            max_ngram_order=order,
        )
        total += bleu.score / 100
    return total / len(texts)


def _two_largest_counts(
    counts: Sequence[Counter[tuple[int, ...]]],
) -> dict[tuple[int, ...], tuple[int, int, int]]:
    """For each n-gram its largest count in a text, that text's index, and the largest in any other."""
    largest: dict[tuple[int, ...], tuple[int, int, int]] = {}
    for index, own in enumerate(counts):
        for run, count in own.items():
            first, owner, second = largest.get(run, (0, -1, 0))
            largest[run] = (count, index, first) if count > first else (first, owner, max(second, count))
    return largest


def _closest_length(length: int, others: list[int]) -> int:
    """The length among `others` nearest to `length`, the shorter of two equally near."""
    return min(others, key=lambda other: (abs(other - length), other))
