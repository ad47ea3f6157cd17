"""BERT's masking rule: 15% of the tokens are chosen; of these 80% are hidden, 10% replaced, 10% left.

If every chosen token became [MASK], a model could learn that only [MASK] positions need an answer, and
[MASK] never occurs in use. So a tenth of the chosen ones is replaced by a random token and a tenth left
as it is: the model must have an opinion about every token that it reads.

Source: Devlin et al. 2018, "BERT", section 3.1 and appendix A.1 (ablation in C.2).
"""

from dataclasses import dataclass

import numpy as np

from core.errors import GlassboxError

CHOSEN_SHARE = 0.15
HIDDEN_SHARE, REPLACED_SHARE = 0.8, 0.1
FATES = ("untouched", "hidden", "replaced", "kept")
"""What may happen to a token; the last three carry a loss."""


@dataclass(frozen=True)
class Masked:
    """One draw over a sentence."""

    tokens: tuple[str, ...]
    inputs: tuple[str, ...]
    fates: tuple[str, ...]

    @property
    def chosen(self) -> int:
        """Tokens that carry a loss."""
        return sum(fate != "untouched" for fate in self.fates)


def masked_once(tokens: tuple[str, ...], vocabulary: tuple[str, ...], seed: int) -> Masked:
    """Each token of `tokens` chosen with probability 0.15, then its fate; at least one is chosen.

    Each token is drawn on its own, as in most later implementations; BERT's own code shuffles the positions
    and takes the first 15%, so that the number is fixed.

    Args:
        tokens: without [CLS] and [SEP], which are never chosen.
        vocabulary: what a random replacement is drawn from.
        seed: the same seed gives the same draw.

    Raises:
        GlassboxError: no tokens.

    >>> masked_once(("a", "b", "c"), ("x",), seed=4).fates
    ('untouched', 'hidden', 'untouched')
    """
    if not tokens:
        raise GlassboxError("attention.families.error.no_tokens")
    random = np.random.default_rng(seed)
    fates = _fates(random, 1, len(tokens))[0]
    if not fates.any():
        fates[random.integers(len(tokens))] = 1
    inputs = list(tokens)
    for place in np.flatnonzero(fates):
        if FATES[fates[place]] == "hidden":
            inputs[place] = "[MASK]"
        elif FATES[fates[place]] == "replaced":
            inputs[place] = vocabulary[random.integers(len(vocabulary))]
    return Masked(tokens, tuple(inputs), tuple(FATES[fate] for fate in fates))


def fate_counts(length: int, draws: int, seed: int) -> dict[str, int]:
    """How often each fate befell a token in `draws` draws over `length` tokens.

    >>> counts = fate_counts(10, 1000, seed=1)
    >>> sum(counts.values()), 1350 < 10_000 - counts["untouched"] < 1650
    (10000, True)
    """
    fates = _fates(np.random.default_rng(seed), draws, length)
    return {name: int((fates == number).sum()) for number, name in enumerate(FATES)}


def _fates(random: np.random.Generator, draws: int, length: int) -> np.ndarray:
    """(draws, length) indices into `FATES`."""
    chosen = random.random((draws, length)) < CHOSEN_SHARE
    which = random.random((draws, length))
    fate = np.where(which < HIDDEN_SHARE, 1, np.where(which < HIDDEN_SHARE + REPLACED_SHARE, 2, 3))
    return np.where(chosen, fate, 0)
