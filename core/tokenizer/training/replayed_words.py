"""The words of the training text as the trainer had cut them after any step.

Training notes for each word which merges changed it. Applying just these, in order, cuts the word again
without searching. As in `pair_index.py`, a word is a string in which one character stands for one token.
"""

from functools import lru_cache

from core.tokenizer.training.history import Training
from core.tokenizer.training.start import begin


def replayed_words(training: Training, step: int) -> list[str]:
    """Every word of `training.word_counts`, in its order, after `step` steps.

    >>> from core.tokenizer.training.train import train
    >>> training = train("bpe", "low low low lot lot", 7)
    >>> [spelled(training, word) for word in replayed_words(training, 1)]
    [('lo', 'w'), ('lo', 't')]
    """
    return [_replayed(training, place, step) for place in range(len(training.word_counts))]


def replayed_word(training: Training, word: str, step: int) -> str:
    """One word of `training.word_counts` after `step` steps."""
    return _replayed(training, _places(training)[word], step)


def spelled(training: Training, word: str) -> tuple[str, ...]:
    """The tokens that the characters of `word` stand for."""
    tokens = training.tokens
    return tuple([tokens[ord(character)] for character in word])


def _replayed(training: Training, place: int, step: int) -> str:
    merges = _merges(training)
    word = _first_words(training)[place]
    for number in training.merged_at[place]:
        if number > step:
            break
        word = word.replace(*merges[number - 1])
    return word


@lru_cache(maxsize=8)
def _places(training: Training) -> dict[str, int]:
    return {word: place for place, word in enumerate(training.word_counts)}


@lru_cache(maxsize=8)
def _first_words(training: Training) -> list[str]:
    start = begin(training.algorithm, training.word_counts)
    spelling = {token: chr(number) for number, token in enumerate(start.tokens)}
    return ["".join([spelling[symbol] for symbol in word]) for word, _ in start.words]


@lru_cache(maxsize=8)
def _merges(training: Training) -> list[tuple[str, str]]:
    """For each step: its pair, and the token that replaces it."""
    ids = {token: chr(number) for number, token in enumerate(training.tokens)}
    winners = (step.winner for step in training.steps)
    return [(ids[won.left] + ids[won.right], ids[won.token]) for won in winners if won]
