"""Unigram: begin with far too many tokens, and remove those that the text misses least.

The model gives each token a probability; a segmentation's probability is the product over its tokens.

1. Seed: every character, and every substring that occurs at least twice inside a word.
2. EM: count how often each token is expected to be used, over all segmentations of every word weighted by
   their probability; these counts, divided by their sum, are the new probabilities. Twice.
3. Prune: the loss of a token is what the log-likelihood would lose without it: its count in the best
   segmentation times the difference between its score and that of its best spelling by other tokens.
   The quarter with the smallest loss goes, characters never; then EM again, until the size is reached.

Simplified: SentencePiece finds its seeds with a suffix array and keeps a million of them, updates with a
digamma function (which favours fewer tokens), stops pruning at 1.1 times the size and cuts the rest by
score. Words are cut after 100 characters for training, so that one endless "word" stays affordable.

Source: Kudo 2018, "Subword Regularization: Improving Neural Network Translation Models with Multiple
Subword Candidates", section 3.2.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.tokenizer.training.history import Candidate, TrainingStep, UnigramState
from core.tokenizer.training.lattice import Floats, Lattice

LONGEST_TOKEN = 16
LONGEST_WORD = 100
MOST_SEEDS = 100_000
EM_ROUNDS = 2
PRUNED_SHARE = 0.25
CANDIDATES_KEPT = 100
SMALLEST_COUNT = 1e-6
"""Stands for an expected count of zero, whose logarithm has no value."""


@dataclass(frozen=True)
class UnigramResult:
    """The steps, the model before and after each, and the final scores in order, likeliest first."""

    steps: tuple[TrainingStep, ...]
    states: tuple[UnigramState, ...]
    scores: Mapping[str, float]


def cut_long_words(word_counts: Mapping[str, int]) -> dict[str, int]:
    """The words with those of more than 100 characters in pieces.

    >>> {len(word): count for word, count in cut_long_words({"a" * 250: 1}).items()}
    {100: 2, 50: 1}
    """
    cut: Counter[str] = Counter()
    for word, count in word_counts.items():
        for begin in range(0, len(word), LONGEST_WORD):
            cut[word[begin : begin + LONGEST_WORD]] += count
    return dict(cut)


def seed_tokens(word_counts: Mapping[str, int]) -> dict[str, int]:
    """All characters, then the substrings of 2 to 16 characters that occur twice or more, with counts.

    Of more than 100,000 substrings those with the highest count times length stay.

    >>> seed_tokens({"hug": 2, "bug": 1})
    {'b': 1, 'g': 3, 'h': 2, 'u': 3, 'hug': 2, 'ug': 3, 'hu': 2}
    """
    counts: Counter[str] = Counter()
    for word, count in word_counts.items():
        for begin in range(len(word)):
            for end in range(begin + 1, min(begin + LONGEST_TOKEN, len(word)) + 1):
                counts[word[begin:end]] += count
    characters = {token: count for token, count in sorted(counts.items()) if len(token) == 1}
    longer = [(token, count) for token, count in counts.items() if len(token) > 1 and count > 1]
    longer.sort(key=lambda item: (-item[1] * len(item[0]), item[0]))
    return characters | dict(longer[:MOST_SEEDS])


class UnigramModel:
    """A vocabulary with scores, and the lattices of the training text and of the tokens themselves.

    Attributes:
        tokens: in a fixed order; `scores` has the same.
        scores: (vocabulary,) natural log-probabilities.
        log_likelihood: of the text under the scores before the last EM round, in nats.
    """

    def __init__(self, word_counts: Mapping[str, int], seeds: Mapping[str, int]) -> None:
        self.tokens = list(seeds)
        counts = np.array(list(seeds.values()), dtype=float)
        self.scores: Floats = np.log(counts / counts.sum())
        self.log_likelihood = -np.inf
        self._word_counts = np.array(list(word_counts.values()), dtype=float)
        ids = {token: number for number, token in enumerate(self.tokens)}
        longest = max(len(token) for token in self.tokens)
        self._text = Lattice(list(word_counts), ids, longest)
        self._spellings = Lattice(self.tokens, ids, longest, whole=False)

    def em_round(self) -> None:
        """One expectation and one maximisation; the likelihood never falls."""
        likelihoods, shares = self._text.forward(self.scores)
        self.log_likelihood = float(likelihoods @ self._word_counts)
        expected = self._text.token_counts(shares, self._word_counts, len(self.tokens))
        expected = np.maximum(expected, SMALLEST_COUNT)
        self.scores = np.log(expected / expected.sum())

    def losses(self) -> tuple[Floats, Floats]:
        """(vocabulary,) loss of each token in nats, infinite for characters, and its count when best."""
        _, shares = self._text.best(self.scores)
        counts = self._text.token_counts(shares, self._word_counts, len(self.tokens))
        alternatives, _ = self._spellings.best(self.scores)
        single = np.array([len(token) == 1 for token in self.tokens])
        with np.errstate(invalid="ignore"):
            losses = counts * (self.scores - alternatives)
        return np.where(single, np.inf, losses), counts

    def remove(self, numbers: list[int]) -> tuple[str, ...]:
        """Take the tokens with these places out of the vocabulary and return them."""
        removed = tuple(self.tokens[number] for number in numbers)
        kept = np.ones(len(self.tokens), dtype=bool)
        kept[numbers] = False
        self._text.keep(kept)
        self._spellings.select(kept)
        self._spellings.keep(kept)
        self.scores = self.scores[kept]
        self.tokens = [token for token, stays in zip(self.tokens, kept, strict=True) if stays]
        return removed


def train_unigram(
    word_counts: Mapping[str, int],
    seeds: Mapping[str, int],
    size: int,
    progress: Callable[[float], None] | None = None,
) -> UnigramResult:
    """Prune `seeds` down to `size` tokens, the unknown token not counted.

    Ties between equal losses: the token with the lower score goes first, then the later one.

    >>> words = {"hug": 10, "hugs": 5, "bun": 4}
    >>> sorted(train_unigram(words, seed_tokens(words), 7).scores)
    ['b', 'g', 'h', 'hug', 'n', 's', 'u']
    """
    model = UnigramModel(word_counts, seeds)
    steps: list[TrainingStep] = []
    surplus = max(len(seeds) - size, 1)
    state, order = _fit(model)
    states = [state]
    while len(model.tokens) > size:
        count = min(max(int(len(model.tokens) * PRUNED_SHARE), 1), len(model.tokens) - size)
        removed = model.remove(order[:count])
        state, order = _fit(model)
        states.append(state)
        steps.append(
            TrainingStep(
                number=len(steps) + 1,
                added=None,
                removed=removed,
                winner=None,
                vocabulary_size=len(model.tokens) + 1,
                corpus_tokens=state.corpus_tokens,
                log_likelihood=model.log_likelihood,
            )
        )
        if progress:
            progress(1 - (len(model.tokens) - size) / surplus)
    ranked = sorted(state.scores.items(), key=lambda item: (-item[1], item[0]))
    return UnigramResult(tuple(steps), tuple(states), dict(ranked))


def _fit(model: UnigramModel) -> tuple[UnigramState, list[int]]:
    """Run EM, then order the tokens by loss: the state, and the order of removal."""
    for _ in range(EM_ROUNDS):
        model.em_round()
    losses, counts = model.losses()
    order = np.lexsort((-np.arange(len(losses)), model.scores, losses)).tolist()
    candidates = tuple(
        Candidate("", "", model.tokens[number], int(counts[number]), float(losses[number]))
        for number in order[:CANDIDATES_KEPT]
        if np.isfinite(losses[number])
    )
    scores = dict(zip(model.tokens, model.scores.tolist(), strict=True))
    return UnigramState(scores, candidates, round(float(counts.sum()))), order
