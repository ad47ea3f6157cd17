"""Training a tokenizer on a text, whatever the algorithm, with every step kept."""

from collections.abc import Callable

from core.errors import GlassboxError
from core.tokenizer.training.bpe import train_bpe
from core.tokenizer.training.history import ALGORITHMS, UNKNOWN_TOKENS, Training
from core.tokenizer.training.start import begin
from core.tokenizer.training.unigram import cut_long_words, seed_tokens, train_unigram
from core.tokenizer.training.wordpiece import train_wordpiece
from core.tokenizer.training.words import count_words

__all__ = ["ALGORITHMS", "train"]

Progress = Callable[[float], None]


def train(algorithm: str, text: str, vocabulary_size: int, progress: Progress | None = None) -> Training:
    """Learn a vocabulary of `vocabulary_size` tokens, the unknown token included, from `text`.

    Args:
        algorithm: one of `ALGORITHMS`.
        text: any text; see `words.py` for what each algorithm takes as a word.
        progress: told a share from 0 to 1 now and then.

    Raises:
        GlassboxError: no such algorithm; no word in the text, or half a surrogate pair; a size below the
            alphabet (the message names the smallest) or above what the text supports (the largest).

    >>> train("bpe", "low low low lot lot", 7).tokens
    ('<unk>', 'l', 'o', 't', 'w', 'lo', 'low')
    """
    if algorithm not in ALGORITHMS:
        raise GlassboxError(
            "tokenizer.training.error.algorithm", value=algorithm, choices=", ".join(ALGORITHMS)
        )
    if any("\ud800" <= character <= "\udfff" for character in set(text)):
        raise GlassboxError("tokenizer.training.error.surrogate")
    word_counts = count_words(algorithm, text)
    if not word_counts:
        raise GlassboxError("tokenizer.training.error.empty")
    learn = _learn_unigram if algorithm == "unigram" else _learn_merges
    training = learn(algorithm, word_counts, vocabulary_size, progress)
    if progress:
        progress(1.0)
    return training


def _learn_merges(
    algorithm: str, word_counts: dict[str, int], size: int, progress: Progress | None
) -> Training:
    start = begin(algorithm, word_counts)
    _check_smallest(size, len(start.tokens))
    trainer = train_wordpiece if algorithm == "wordpiece" else train_bpe
    found = trainer(start, size, progress)
    _check_largest(size, len(found.tokens))
    return Training(
        algorithm, start.alphabet, found.steps, found.tokens, (), word_counts, merged_at=found.merged_at
    )


def _learn_unigram(
    algorithm: str, word_counts: dict[str, int], size: int, progress: Progress | None
) -> Training:
    cut = cut_long_words(word_counts)
    seeds = seed_tokens(cut)
    alphabet = tuple(token for token in seeds if len(token) == 1)
    _check_smallest(size, len(alphabet) + 1)
    _check_largest(size, len(seeds) + 1)
    result = train_unigram(cut, seeds, size - 1, progress)
    return Training(
        algorithm,
        alphabet,
        result.steps,
        (UNKNOWN_TOKENS[algorithm], *result.scores),
        (0.0, *result.scores.values()),
        word_counts,
        states=result.states,
    )


def _check_smallest(size: int, smallest: int) -> None:
    if size < smallest:
        raise GlassboxError("tokenizer.training.error.too_small", size=size, smallest=smallest)


def _check_largest(size: int, largest: int) -> None:
    if size > largest:
        raise GlassboxError("tokenizer.training.error.too_large", size=size, largest=largest)
