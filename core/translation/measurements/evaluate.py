"""Measured by scoring: what a score depends on besides the translation, what length and rare words cost."""

from statistics import mean

from core.curriculum.question import Measurement
from core.translation.chrf import chrf_arithmetic
from core.translation.evaluation_samples import (
    NounInFrame,
    Pair,
    joined_captions,
    nouns_in_frame,
    scored_examples,
    sentences_elsewhere,
    single_captions,
)
from core.translation.rarity import words_of
from core.translation.scoring import Tokens, bleu_arithmetic, corpus_chrf, sentence_bleu
from core.translation.shipped import SHIPPED, shipped_translator
from core.translation.translate import translate_all

FUNCTION_WORDS = frozenset(
    words_of(
        "a an and are along at by down for front her his in into is its of on over the through to up with"
    )
)
"""Not counted: they are right by chance."""
NOTE = "translation.evaluate.note"


def paraphrase_against_error(small: bool = False) -> Measurement:
    """BLEU of a sentence that says the opposite, minus BLEU of a right one in other words.

    Beside it what clipping and brevity cost in the examples of the view, and how far one and the same
    pair moves when only the way of cutting changes.
    """
    examples = {example.id: example for example in scored_examples()}
    bleu = {
        name: bleu_arithmetic(example.translation, example.reference) for name, example in examples.items()
    }
    marks = examples["marks"]
    ways: tuple[Tokens, ...] = ("13a", "intl", "blanks") if small else ("13a", "intl", "blanks", "spacy")
    cuts = [sentence_bleu(marks.translation, marks.reference, tokens).score for tokens in ways]
    wrong, right = examples["wrong"], examples["paraphrase"]
    return Measurement(
        value=bleu["wrong"].parts.score - bleu["paraphrase"].parts.score,
        values={
            "wrong": bleu["wrong"].parts.score,
            "paraphrase": bleu["paraphrase"].parts.score,
            "wrong_chrf": chrf_arithmetic(wrong.translation, wrong.reference).score,
            "paraphrase_chrf": chrf_arithmetic(right.translation, right.reference).score,
            "clipped_matches": bleu["clipped"].counts.matches[0],
            "clipped_words": bleu["clipped"].counts.totals[0],
            "brevity": bleu["short"].parts.brevity_penalty,
            "lowest_cut": min(cuts),
            "highest_cut": max(cuts),
        },
        note_key=f"{NOTE}.paraphrase",
    )


def content_kept(small: bool = False) -> Measurement:
    """How many more content words of joined captions the GRU with attention carries over than the LSTM.

    Two captions in one sentence say nothing that each alone does not say: what is lost is due to length.
    """
    count = 8 if small else 24
    single, joined = single_captions()[:count], joined_captions()[: count // 2]
    values: dict[str, float] = {"captions": count}
    for name in SHIPPED:
        values[f"{name}_single"] = _kept(name, single)
        values[f"{name}_joined"] = _kept(name, joined)
    return Measurement(
        value=values["gru_joined"] - values["lstm_joined"], values=values, note_key=f"{NOTE}.content"
    )


def rare_nouns_right(small: bool = False) -> Measurement:
    """The share of rare nouns that the Transformer translates, beside common ones and other kinds of text."""
    nouns = nouns_in_frame()
    count = 5 if small else 12
    common = [noun for noun in nouns if noun.common][:count]
    rare = [noun for noun in nouns if not noun.common][:count]
    captions, elsewhere = single_captions()[: 2 * count], sentences_elsewhere()[:count]
    return Measurement(
        value=_right(rare),
        values={
            "common": _right(common),
            "nouns": count,
            "captions_chrf": _chrf(captions),
            "elsewhere_chrf": _chrf(elsewhere),
        },
        note_key=f"{NOTE}.rare",
    )


def _kept(model: str, pairs: tuple[Pair, ...]) -> float:
    """The share of the references' content words that the greedy translations have."""
    written = translate_all(shipped_translator(model), [pair.german for pair in pairs], beam=1)
    wanted = [set(words_of(pair.english)) - FUNCTION_WORDS for pair in pairs]
    found = [len(words & set(words_of(line))) for words, line in zip(wanted, written, strict=True)]
    return sum(found) / sum(map(len, wanted))


def _chrf(pairs: tuple[Pair, ...]) -> float:
    written = translate_all(shipped_translator("transformer"), [pair.german for pair in pairs])
    return corpus_chrf(written, [pair.english for pair in pairs]).score


def _right(nouns: list[NounInFrame]) -> float:
    """The share whose translation has the noun."""
    written = translate_all(shipped_translator("transformer"), [noun.german for noun in nouns])
    found = [
        not set(noun.english).isdisjoint(words_of(line)) for noun, line in zip(nouns, written, strict=True)
    ]
    return mean(map(float, found))
