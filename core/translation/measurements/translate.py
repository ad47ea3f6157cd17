"""What decides the predictions of the view "Translate"."""

from collections.abc import Sequence

from core.curriculum.question import Measurement
from core.translation.aligned import agreement, aligned_pairs
from core.translation.beam import beam_search
from core.translation.captions import captions
from core.translation.greedy import Written, greedy_search
from core.translation.model_folder import Translator
from core.translation.scoring import corpus_bleu
from core.translation.shipped import shipped_translator

WIDTH, WIDE = 5, 20
ALMOST = 1e-4
"""Log-probabilities that differ by less are the same translation's."""
FEW_CAPTIONS, FEW_PAIRS = 8, 4
EVERY = 3
"""Every third caption, so that the measurement fits its time."""


def beam_against_greedy(small: bool = False, translator: Translator | None = None) -> Measurement:
    """Share of captions for which beam search finds a translation likelier than greedy search's.

    Args:
        small: fewer captions.
        translator: another model than the shipped Transformer.
    """
    translator = translator or shipped_translator("transformer")
    pairs = captions()
    places = range(FEW_CAPTIONS) if small else range(0, len(pairs), EVERY)
    sources = translator.vocabulary.encode([pairs.source[place] for place in places])
    references = [pairs.target[place] for place in places]
    greedy = greedy_search(translator.model, sources)
    beam = [result.best for result in beam_search(translator.model, sources, WIDTH)]
    wide = [result.best for result in beam_search(translator.model, sources, WIDE, penalty=0.0)]
    gains = [one.total - other.total for one, other in zip(beam, greedy, strict=True)]
    likelier = sum(gain > ALMOST for gain in gains)
    return Measurement(
        likelier / len(gains),
        values={
            "sentences": len(gains),
            "same": sum(one.token_ids == other.token_ids for one, other in zip(beam, greedy, strict=True)),
            "less_likely": sum(gain < -ALMOST for gain in gains),
            "gain": sum(gains) / len(gains),
            "bleu_greedy": _bleu(translator, greedy, references),
            "bleu_beam": _bleu(translator, beam, references),
            "bleu_wide": _bleu(translator, wide, references),
            "length_beam": _length(beam),
            "length_wide": _length(wide),
        },
        note_key="translation.translate.measured.beam",
    )


def attention_finds_words(small: bool = False, translator: Translator | None = None) -> Measurement:
    """Share of hand-aligned words at which the Transformer's averaged attention points.

    Args:
        small: fewer sentences.
        translator: another model, with attention, than the shipped Transformer and GRU.
    """
    pairs = aligned_pairs()[:FEW_PAIRS] if small else aligned_pairs()
    found = agreement(translator or shipped_translator("transformer"), pairs)
    gru = agreement(translator or shipped_translator("gru"), pairs)
    return Measurement(
        found.average,
        values={
            "words": found.words,
            "gru": gru.average,
            "best_head": found.best_head,
            "worst_head": found.worst_head,
            "last_layer": found.layers[-1],
            "one_later": found.one_later,
            "diagonal": found.diagonal,
        },
        note_key="translation.translate.measured.alignment",
    )


def _bleu(translator: Translator, written: Sequence[Written], references: Sequence[str]) -> float:
    texts = [translator.vocabulary.decode(one.token_ids) for one in written]
    return corpus_bleu(texts, references).score


def _length(written: Sequence[Written]) -> float:
    """Mean tokens of a translation."""
    return sum(len(one.token_ids) for one in written) / len(written)
