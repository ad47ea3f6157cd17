"""A model on a test set: its scores with intervals, by length and by rarest word, sentence by sentence."""

import hashlib
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from importlib.metadata import version
from itertools import combinations

from core.translation.bleu import BleuCounts, bleu_parts
from core.translation.bootstrap import RESAMPLES, bleu_interval, compare, sentence_counts
from core.translation.chrf import CharacterOrder, chrf_arithmetic, chrf_of_orders, chrf_orders
from core.translation.evaluation_result import Bucket, Evaluation, ModelOutput, ModelScores, Sentences
from core.translation.model import parameter_count
from core.translation.model_folder import Translator
from core.translation.pairs import SentencePairs
from core.translation.rarity import Rarity
from core.translation.scoring import corpus_bleu, corpus_chrf, lowercased_bleu
from core.translation.translate import translate_all

LENGTHS = ((1, 8), (9, 11), (12, 14), (15, 19), (20, None))
"""Words of the German sentence; Multi30k's have 11 on average."""
COUNTS = ((0, 0), (1, 4), (5, 19), (20, 99), (100, None))
"""Times that the rarest word stands in the training text."""
PIECES = ((1, 1), (2, 2), (3, 3), (4, None))
"""Tokens that the rarest word is cut into."""


@dataclass(frozen=True)
class EvaluationSet:
    """Sentence pairs, where they come from, and the rarest word of each source sentence."""

    data: str
    pairs: SentencePairs
    rarity: Rarity


@dataclass(frozen=True)
class Output:
    """What a model wrote for a test set, and how long it took."""

    translations: tuple[str, ...]
    seconds: float
    parameters: int
    weights_sha256: str


def write_translations(
    translator: Translator,
    sources: Sequence[str],
    beam: int,
    penalty: float,
    progress: Callable[[int, int], None] | None = None,
) -> Output:
    """Translate all sentences, timed.

    Raises:
        GlassboxError: a sentence is too long, or beam or penalty is out of range.
    """
    started = time.perf_counter()
    written = translate_all(translator, sources, beam, penalty, progress)
    seconds = time.perf_counter() - started
    return Output(tuple(written), seconds, parameter_count(translator.model), weights_digest(translator))


def weights_digest(translator: Translator) -> str:
    """SHA-256 of a model's parameters in half precision, by their names: the same for the same model."""
    digest = hashlib.sha256()
    for name, value in sorted(translator.model.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.half().contiguous().numpy().tobytes())
    return digest.hexdigest()


def score_model(model: str, output: Output, test: EvaluationSet) -> ModelScores:
    """All figures of one model."""
    references = test.pairs.target
    bleu, chrf = corpus_bleu(output.translations, references), corpus_chrf(output.translations, references)
    lowercased = lowercased_bleu(output.translations, references)
    rows = sentence_counts(output.translations, references)
    characters = list(map(chrf_orders, output.translations, references))
    lengths = [len(sentence.split()) for sentence in test.pairs.source]
    edges = COUNTS if test.rarity.kind == "count" else PIECES
    return ModelScores(
        model=model,
        weights_sha256=output.weights_sha256,
        parameters=output.parameters,
        seconds=output.seconds,
        bleu=bleu_interval(rows),
        signature=bleu.signature,
        precisions=bleu.precisions,
        brevity_penalty=bleu.brevity_penalty,
        chrf=chrf.score,
        chrf_signature=chrf.signature,
        bleu_lowercased=lowercased.score,
        lowercased_signature=lowercased.signature,
        by_length=_buckets(lengths, LENGTHS, rows, characters),
        by_rarity=_buckets(test.rarity.values, edges, rows, characters),
    )


def _buckets(
    values: Sequence[int],
    edges: Sequence[tuple[int, int | None]],
    rows: Sequence[BleuCounts],
    characters: Sequence[tuple[CharacterOrder, ...]],
) -> tuple[Bucket, ...]:
    """The sentences whose value lies between two edges, scored together; empty buckets are left out."""
    found = []
    for low, high in edges:
        places = [
            place for place, value in enumerate(values) if low <= value and (high is None or value <= high)
        ]
        if places:
            bleu = bleu_interval([rows[place] for place in places])
            columns = zip(*(characters[place] for place in places), strict=True)
            chrf = chrf_of_orders(reduce(CharacterOrder.__add__, column) for column in columns)
            found.append(Bucket(low, high, len(places), bleu, chrf.score))
    return tuple(found)


def evaluation_of(
    outputs: Mapping[str, Output], test: EvaluationSet, beam: int, penalty: float, command: str
) -> Evaluation:
    """Score the models and compare every two of them.

    Args:
        outputs: what each model wrote, by its name.
        test: what they translated.
        beam, penalty: how they searched.
        command: the line that repeats it.
    """
    counts = {
        model: sentence_counts(output.translations, test.pairs.target) for model, output in outputs.items()
    }
    return Evaluation(
        command=command,
        data=test.data,
        sentences=len(test.pairs),
        dropped=test.pairs.dropped,
        beam=beam,
        penalty=penalty,
        rarity=test.rarity.kind,
        resamples=RESAMPLES,
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "sacrebleu", "spacy")},
        machine=platform.machine(),
        cores=os.cpu_count() or 1,
        date=datetime.now(UTC).date().isoformat(),
        models=tuple(score_model(model, output, test) for model, output in outputs.items()),
        comparisons=tuple(
            compare(first, second, counts[first], counts[second]) for first, second in combinations(counts, 2)
        ),
    )


def sentences_of(outputs: Mapping[str, Output], test: EvaluationSet) -> Sentences:
    """Every sentence with what each model wrote and what it scored."""
    return Sentences(
        test.pairs.source,
        test.pairs.target,
        test.rarity.words,
        tuple(_scored(model, output.translations, test.pairs.target) for model, output in outputs.items()),
    )


def _scored(model: str, translations: tuple[str, ...], references: tuple[str, ...]) -> ModelOutput:
    rows = sentence_counts(translations, references)
    pairs = zip(translations, references, strict=True)
    return ModelOutput(
        model,
        translations,
        tuple(round(bleu_parts(row, effective_orders=True).score, 3) for row in rows),
        tuple(round(chrf_arithmetic(written, wanted).score, 3) for written, wanted in pairs),
    )
