"""Which tokens are hidden: BERT's fixed draws, RoBERTa's fresh ones, SpanBERT's runs of words.

BERT wrote its training data once, with ten different masks of each text, so that in 40 epochs every
mask is seen four times. RoBERTa draws anew whenever a text is read. SpanBERT hides runs whose length is
geometric, P(l) = p (1 - p)^(l - 1) with p = 0.2, cut at 10 and rescaled, until 15% are hidden.

Sources: Liu et al. 2019, "RoBERTa", section 4.1; Joshi et al. 2020, "SpanBERT", section 3.1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import GlassboxError

EPOCHS, STATIC_COPIES, CHOSEN_SHARE = 40, 10, 0.15
SPAN_P, LONGEST_SPAN = 0.2, 10


@dataclass(frozen=True)
class Coverage:
    """The share of tokens that have carried a loss at least once, after each epoch."""

    static: tuple[float, ...]
    dynamic: tuple[float, ...]


def coverage(tokens: int, seed: int, epochs: int = EPOCHS, copies: int = STATIC_COPIES) -> Coverage:
    """Sample both schemes over a text of `tokens` tokens.

    Expected after n different masks: 1 - 0.85^n.

    >>> found = coverage(20_000, seed=0)
    >>> round(found.static[-1], 2), round(found.dynamic[-1], 3), found.static[9] == found.static[39]
    (0.81, 0.999, True)
    """
    random = np.random.default_rng(seed)
    fresh = random.random((epochs, tokens)) < CHOSEN_SHARE
    repeated = fresh[np.arange(epochs) % copies]
    ever = [np.logical_or.accumulate(drawn, axis=0).mean(1).tolist() for drawn in (repeated, fresh)]
    return Coverage(tuple(ever[0]), tuple(ever[1]))


def span_length_shares() -> NDArray[np.float64]:
    """P(length = 1 ... 10) of SpanBERT's cut geometric distribution.

    >>> shares = span_length_shares()
    >>> float(round(shares @ range(1, 11), 1))
    3.8
    """
    shares = SPAN_P * (1 - SPAN_P) ** np.arange(LONGEST_SPAN)
    return np.asarray(shares / shares.sum())


def span_length_counts(draws: int, seed: int) -> tuple[int, ...]:
    """How often each length 1 to 10 came in `draws` draws."""
    drawn = np.random.default_rng(seed).choice(LONGEST_SPAN, draws, p=span_length_shares())
    return tuple(np.bincount(drawn, minlength=LONGEST_SPAN).tolist())


def span_masked(words: int, seed: int) -> tuple[bool, ...]:
    """Which of `words` words are hidden: spans are drawn until 15% (at least one word) are.

    A span is cut to what is left of the budget, and to the end of the text.

    Raises:
        GlassboxError: no words.

    >>> sum(span_masked(40, seed=3))
    6
    """
    if words < 1:
        raise GlassboxError("attention.families.error.no_tokens")
    random = np.random.default_rng(seed)
    budget = max(1, round(CHOSEN_SHARE * words))
    hidden = np.zeros(words, bool)
    while hidden.sum() < budget:
        length = min(int(random.choice(LONGEST_SPAN, p=span_length_shares())) + 1, budget - int(hidden.sum()))
        start = int(random.integers(words))
        hidden[start : start + length] = True
    return tuple(bool(each) for each in hidden)


def single_masked(words: int, seed: int) -> tuple[bool, ...]:
    """BERT's way with the same budget: single words, anywhere.

    Raises:
        GlassboxError: no words.
    """
    if words < 1:
        raise GlassboxError("attention.families.error.no_tokens")
    chosen = np.random.default_rng(seed).choice(words, max(1, round(CHOSEN_SHARE * words)), replace=False)
    return tuple(place in set(chosen.tolist()) for place in range(words))
