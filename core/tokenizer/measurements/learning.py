"""Measured on tokenizers trained in the run: words or subwords, merges, likelihood scores, segmentations."""

import math
from collections.abc import Sequence
from statistics import fmean

from core.curriculum.question import Measurement
from core.tokenizer.samples import corpora
from core.tokenizer.training.history import Training
from core.tokenizer.training.replay import segment
from core.tokenizer.training.train import train
from core.tokenizer.training.viterbi import UnigramScores, n_best, sampled
from core.tokenizer.training.wordpiece import encode_wordpiece
from core.tokenizer.words import segmented

WINNERS = 50
"""Merges that BPE and WordPiece are compared over."""
ALL_CUTS = 1000
"""More segmentations than a word of these texts has."""
FLAT = 0.1
"""The exponent that flattens Unigram's probabilities when segmentations are drawn for training."""


def unseen_words(small: bool = False) -> Measurement:
    """The share of a text's words that a list of the words before it does not hold, beside subwords.

    The list is made from the first three quarters of a text and tried on its last quarter; the subwords
    are learnt from the same three quarters and are as many as the words in the list.
    """
    listed = unknown = words = characters = subwords = unknown_subwords = 0
    for name in ("english",) if small else ("english", "german"):
        known_text, new_text = _split(corpora()[name])
        vocabulary, new = set(_word_texts(known_text)), _word_texts(new_text)
        training = train("bpe", " ".join(_word_texts(known_text)), len(vocabulary))
        pieces = [piece for word in new for piece in segment(training, word)]
        listed += len(vocabulary)
        words += len(new)
        unknown += sum(word not in vocabulary for word in new)
        characters += sum(len(word) for word in new)
        subwords += len(pieces)
        unknown_subwords += sum(piece == training.unknown for piece in pieces)
    return Measurement(
        value=unknown / words,
        values={
            "listed": listed,
            "words": words,
            "characters_per_word": characters / words,
            "subwords_per_word": subwords / words,
            "unknown_subwords": unknown_subwords / subwords,
        },
        note_key="tokenizer.lesson.measured.unseen_words",
    )


def early_merges(small: bool = False) -> Measurement:
    """Of all tokens that BPE's merges save, the share saved by the first quarter of the merges."""
    training = train("bpe", corpora()["english"], 260 if small else 460)
    before = sum(len(word) * count for word, count in training.word_counts.items())
    first = training.steps[len(training.steps) // 4 - 1]
    last = training.steps[-1]
    longest_match = {*training.tokens, *(f"##{token}" for token in training.tokens)}
    differing = [
        tuple(piece.removeprefix("##") for piece in encode_wordpiece(word, longest_match))
        != segment(training, word)
        for word in training.word_counts
    ]
    winner = training.steps[0].winner
    return Measurement(
        value=(before - first.corpus_tokens) / (before - last.corpus_tokens),
        values={
            "merges": len(training.steps),
            "quarter": first.number,
            "characters": before,
            "after_quarter": first.corpus_tokens,
            "after_all": last.corpus_tokens,
            "first_count": winner.count if winner else 0,
            "words": len(training.word_counts),
            "differing": fmean(differing),
        },
        note_key="tokenizer.lesson.measured.early_merges",
    )


def rare_winners(small: bool = False) -> Measurement:
    """How often WordPiece's first winners stand in the text, as a share of how often BPE's do."""
    text = corpora()["english"]
    wordpiece, bpe = (train(algorithm, text, 200 if small else 300) for algorithm in ("wordpiece", "bpe"))
    counts = {training.algorithm: _mean_count(training) for training in (wordpiece, bpe)}
    return Measurement(
        value=counts["wordpiece"] / counts["bpe"],
        values={
            "merges": WINNERS,
            "wordpiece_count": counts["wordpiece"],
            "bpe_count": counts["bpe"],
            "wordpiece_tokens": wordpiece.steps[WINNERS - 1].corpus_tokens,
            "bpe_tokens": bpe.steps[WINNERS - 1].corpus_tokens,
        },
        note_key="tokenizer.lesson.measured.rare_winners",
    )


def best_cut(small: bool = False) -> Measurement:
    """The share of a word's probability, summed over all its segmentations, that the likeliest one holds."""
    training = train("unigram", corpora()["english"], 400)
    scores = training.states[-1].scores
    model = UnigramScores(scores)
    words = [word for word in training.word_counts if len(word) > 6][: 60 if small else None]
    cuts = [n_best(word, model, ALL_CUTS) for word in words]
    best = [found[0] for found in cuts]
    shares = [
        math.exp(found[0].log_probability) / math.fsum(math.exp(cut.log_probability) for cut in found)
        for found in cuts
    ]
    drawn = {
        alpha: [sampled(word, model, alpha, seed).pieces for seed, word in enumerate(words)]
        for alpha in (1.0, FLAT)
    }
    differing = {
        alpha: fmean(pieces != cut.pieces for pieces, cut in zip(found, best, strict=True))
        for alpha, found in drawn.items()
    }
    return Measurement(
        value=fmean(shares),
        values={
            "words": len(words),
            "seeds": len(training.states[0].scores),
            "tokens": len(scores),
            "prunings": len(training.steps),
            "drawn_differs": differing[1.0],
            "alpha": FLAT,
            "flat_differs": differing[FLAT],
        },
        note_key="tokenizer.lesson.measured.best_cut",
    )


def _mean_count(training: Training) -> float:
    """How often the pairs of the first winners stood in the text when they won, on average."""
    return fmean(step.winner.count for step in training.steps[:WINNERS] if step.winner)


def _split(text: str) -> tuple[str, str]:
    """The first three quarters of the paragraphs, and the rest."""
    paragraphs: Sequence[str] = text.strip().split("\n\n")
    cut = len(paragraphs) * 3 // 4
    return "\n\n".join(paragraphs[:cut]), "\n\n".join(paragraphs[cut:])


def _word_texts(text: str) -> list[str]:
    return [word.text.lower() for word in segmented(text) if word.part_of_speech != "punctuation"]
