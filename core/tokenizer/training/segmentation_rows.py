"""The ways in which a Unigram model can cut a word, as rows of a table."""

from collections import Counter
from collections.abc import Mapping
from math import exp

from core.tokenizer.training.history import Training
from core.tokenizer.training.viterbi import UnigramScores, n_best, sampled
from core.tokenizer.training.words import marked
from core.wording import Words

DRAWS = 100

Row = dict[str, object]


def best_rows(training: Training, word: str, count: int, words: Words) -> list[Row]:
    """The `count` likeliest segmentations with their log-probability and their odds against the best."""
    found = n_best(_marked(word), _model(training), count)
    return [
        {
            words("tokenizer.column.segmentation"): " | ".join(one.pieces),
            words("tokenizer.column.log_probability"): round(one.log_probability, 2),
            words("tokenizer.column.odds"): float(
                f"{exp(one.log_probability - found[0].log_probability):.2g}"
            ),
        }
        for one in found
    ]


def sampled_rows(training: Training, word: str, alpha: float, seed: int, words: Words) -> list[Row]:
    """What a hundred draws gave, the commonest first."""
    model, text = _model(training), _marked(word)
    drawn = Counter(sampled(text, model, alpha, seed * DRAWS + draw).pieces for draw in range(DRAWS))
    return [
        {
            words("tokenizer.column.segmentation"): " | ".join(pieces),
            words("tokenizer.column.drawn"): count,
        }
        for pieces, count in drawn.most_common()
    ]


def _marked(word: str) -> str:
    """The first word of `word` as the model sees it, with its space mark."""
    return next(iter(marked(word)), "")


def _model(training: Training) -> UnigramScores:
    known: Mapping[str, float] = dict(zip(training.tokens[1:], training.scores[1:], strict=True))
    return UnigramScores(known)
