"""Cutting words with a trained tokenizer, as it is now or as it was after any step.

BPE merges the pair learnt first; WordPiece takes the longest match; Unigram takes the likeliest path.
So a WordPiece word may be cut otherwise here than its trainer had cut it: encoding ignores the merges.
"""

from collections.abc import Callable
from functools import lru_cache
from math import inf

from core.errors import GlassboxError
from core.tokenizer.training.history import Training
from core.tokenizer.training.merge_by_rank import merge_by_rank
from core.tokenizer.training.replayed_words import replayed_word, spelled
from core.tokenizer.training.start import symbols
from core.tokenizer.training.viterbi import UnigramScores, best_segmentation
from core.tokenizer.training.wordpiece import encode_wordpiece
from core.tokenizer.training.words import marked, split_words

Cut = Callable[[str], tuple[str, ...]]


def segment(training: Training, word: str, step: int | None = None) -> tuple[str, ...]:
    """`word` in tokens after `step` steps; None is the finished tokenizer, 0 the alphabet alone.

    Args:
        word: one of `training.word_counts` or any other word; Unigram adds the `▁` where it is missing.

    Raises:
        GlassboxError: there is no such step.

    >>> from core.tokenizer.training.train import train
    >>> training = train("bpe", "low low low lot lot", 7)
    >>> [segment(training, "low", step) for step in (0, 1, 2)], segment(training, "lox")
    ([('l', 'o', 'w'), ('lo', 'w'), ('low',)], ('lo', '<unk>'))
    """
    return _cutter(training, checked_step(training, step))(word)


def segment_text(training: Training, text: str, step: int | None = None) -> tuple[tuple[str, ...], ...]:
    """Every word of `text` in tokens after `step` steps.

    Raises:
        GlassboxError: there is no such step.

    >>> from core.tokenizer.training.train import train
    >>> segment_text(train("bpe", "low low low lot lot", 7), "lot low!")
    (('lo', 't'), ('low',), ('<unk>',))
    """
    cut = _cutter(training, checked_step(training, step))
    known: dict[str, tuple[str, ...]] = {}
    words = split_words(training.algorithm, text)
    for word in set(words):
        known[word] = cut(word)
    return tuple(known[word] for word in words)


def checked_step(training: Training, step: int | None, first: int = 0) -> int:
    """`step`, or the last one for None.

    Raises:
        GlassboxError: it is not from `first` to the number of steps.
    """
    last = len(training.steps)
    if step is None:
        return last
    if not first <= step <= last:
        raise GlassboxError("tokenizer.training.error.step", step=step, first=first, last=last)
    return step


def known_symbols(training: Training, word: str) -> tuple[str, ...]:
    """The symbols of `word`, those outside the alphabet replaced by the unknown token."""
    known = _alphabet(training)
    return tuple(
        symbol if symbol in known else training.unknown or symbol
        for symbol in symbols(training.algorithm, word)
    )


@lru_cache(maxsize=8)
def merge_ranks(training: Training, step: int) -> dict[tuple[str, str], int]:
    """The number of the step, up to `step`, that merged each pair."""
    winners = (step.winner for step in training.steps[:step])
    return {(won.left, won.right): number for number, won in enumerate(winners, 1) if won}


@lru_cache(maxsize=8)
def _alphabet(training: Training) -> frozenset[str]:
    return frozenset(training.alphabet)


@lru_cache(maxsize=8)
def _cutter(training: Training, step: int) -> Cut:
    if training.algorithm == "unigram":
        return _unigram_cutter(training, step)
    if training.algorithm == "wordpiece":
        added = {done.added for done in training.steps[:step] if done.added}
        vocabulary = frozenset(added.union(training.alphabet))
        return lambda word: encode_wordpiece(word, vocabulary)
    return _bpe_cutter(training, step)


def _bpe_cutter(training: Training, step: int) -> Cut:
    """Words of the training text are replayed, which is many times faster; others are merged by rank.

    The two agree: once merged, a pair never comes back, because a token is only ever made by one merge.
    """
    ranks = merge_ranks(training, step)

    def cut(word: str) -> tuple[str, ...]:
        if word in training.word_counts:
            return spelled(training, replayed_word(training, word, step))
        known = known_symbols(training, word)
        return tuple(merge_by_rank(known, lambda *pair: ranks.get(pair, inf), str.__add__))

    return cut


def _unigram_cutter(training: Training, step: int) -> Cut:
    unknown = training.unknown or ""
    # As in `tokenizers`, a text that spells the unknown token's own name is that token.
    model = UnigramScores({unknown: 0.0, **training.states[step].scores})

    def cut(word: str) -> tuple[str, ...]:
        found = [best_segmentation(part, model) for part in marked(word)]
        return tuple(
            unknown if is_unknown else piece
            for segmentation in found
            for piece, is_unknown in zip(segmentation.pieces, segmentation.unknown, strict=True)
        )

    return cut
