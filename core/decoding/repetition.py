"""How repetitive a text is, measured on its token ids.

Everything here counts tokens, not words: that is what the model chooses, and it needs no word
boundaries, so the same numbers can be read for English and for Chinese.

Sources: Welleck et al. 2020, "Neural Text Generation with Unlikelihood Training", section 5 (rep-n
is their seq-rep-n); Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration",
section 5 and table 1 (repetition %).
"""

from collections.abc import Iterable, Sequence

from core.decoding.loops import repeated_tails
from core.decoding.result import Step
from core.errors import GlassboxError

PHRASE_TOKENS = 2
PHRASE_REPEATS = 3


def ngrams(ids: Sequence[int], n: int) -> list[tuple[int, ...]]:
    """All runs of `n` neighbouring tokens, in order; empty when `ids` is shorter than `n`.

    Raises:
        GlassboxError: `n` is below 1.

    >>> ngrams([1, 2, 3], 2)
    [(1, 2), (2, 3)]
    """
    if n < 1:
        raise GlassboxError("decoding.measures.error.order", value=n)
    return [tuple(ids[start : start + n]) for start in range(len(ids) - n + 1)]


def rep_n(ids: Sequence[int], n: int) -> float:
    """The share of n-grams that are repetitions: 1 - unique n-grams / n-grams, from 0 to 1.

    A text shorter than `n` tokens has no n-gram and repeats nothing: 0.

    >>> rep_n([1, 2, 1, 2, 1], 2)
    0.5
    """
    runs = ngrams(ids, n)
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def is_repetitive(ids: Sequence[int]) -> bool:
    """Whether Holtzman et al. count the text as stuck: it ends in a phrase repeated three times.

    The phrase has at least two tokens and fills the end of the text three times without a gap; where
    within the phrase the token limit falls makes no difference. One token repeated six times contains
    a phrase of two tokens repeated three times and counts; repeated five times it does not.

    >>> is_repetitive([5, 1, 2, 1, 2, 1, 2]), is_repetitive([5, 1, 2, 1, 2]), is_repetitive([4] * 5)
    (True, False, False)
    """
    tails = repeated_tails(ids)
    return any(tails[period] >= PHRASE_REPEATS * period for period in range(PHRASE_TOKENS, len(tails)))


def is_repetitive_as_released(ids: Sequence[int]) -> bool:
    """The rule that the script published with the same paper applies, which is another one.

    Of the phrases up to 90 tokens it takes the one that ends the text most often in a row (the shortest
    of several), and counts the text when that phrase has at least three tokens and occurs twice,
    or occurs more than 50 times. We report it beside the paper's own wording.

    Source: github.com/ari-holtzman/degen, metrics/repetition.py.

    >>> is_repetitive_as_released([5, 1, 2, 3, 1, 2, 3]), is_repetitive_as_released([1, 2] * 9)
    (True, False)
    """
    tails = repeated_tails(ids)
    repeats = {period: tails[period] // period for period in range(1, min(90, len(tails) - 1) + 1)}
    if not repeats:
        return False
    phrase = max(repeats, key=lambda period: (repeats[period], -period))
    return repeats[phrase] > 1 and (phrase >= 3 or repeats[phrase] > 50)


def entropy_along(steps: Iterable[Step]) -> tuple[float, ...]:
    """The entropy, in nats, of the model's distribution at each generated token."""
    return tuple(step.entropy for step in steps)
