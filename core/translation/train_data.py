"""What a training learns from and what it is measured on, which never share a sentence."""

import random
from dataclasses import dataclass
from pathlib import Path

from core.errors import GlassboxError
from core.translation.grammar.captions import Caption
from core.translation.grammar.pairs import grammar_pairs, held_out_captions
from core.translation.multi30k import home_folder, multi30k_folder
from core.translation.pairs import SentencePairs, read_multi30k
from core.translation.train_settings import GRAMMAR_PAIRS, RunSettings
from core.translation.train_upload import kept_pairs

HELD_OUT_SHARE = 0.1
MOST_HELD_OUT = 1000
GRAMMAR_HELD_OUT = 400
HELD_OUT_SEED = 12_345
"""Of the held-out captions: every run of the grammar is measured on the same ones."""
SHOWN_PATTERNS = ("fronted", "object_first", "relative")
"""Of the grammar's captions that are translated for show after each epoch."""
SHOWN = 3


@dataclass(frozen=True)
class TrainingData:
    """Two sets of pairs."""

    name: str
    training: SentencePairs
    validation: SentencePairs
    shown: tuple[int, ...]
    """Places of the validation pairs that are translated for show after each epoch."""
    captions: tuple[Caption, ...] = ()
    """Of the grammar: how each validation pair is made, so that its word order can be judged."""


def training_data(settings: RunSettings, workspace: Path) -> TrainingData:
    """The data that the settings name; `workspace` is the folder where a reader's own pairs lie.

    Raises:
        GlassboxError: Multi30k or the reader's pairs are not there, or a file is damaged.
    """
    if settings.data == "grammar":
        return grammar_data(settings.pairs or GRAMMAR_PAIRS, settings.training.seed)
    if settings.data == "multi30k":
        return multi30k_data(multi30k_folder(), settings.pairs)
    return pairs_data("tsv", kept_pairs(workspace, settings.upload), settings.pairs)


def grammar_data(count: int, seed: int) -> TrainingData:
    """Captions of the grammar, and held-out ones that stay the same for every run."""
    captions = held_out_captions(GRAMMAR_HELD_OUT, HELD_OUT_SEED)
    validation = SentencePairs(
        tuple(caption.german for caption in captions), tuple(caption.english for caption in captions)
    )
    shown = tuple(
        next(
            place
            for place, caption in enumerate(captions)
            if caption.pattern == pattern and (caption.separable or pattern == "object_first")
        )
        for pattern in SHOWN_PATTERNS
    )
    return TrainingData("grammar", grammar_pairs(count, seed), validation, shown, captions)


def multi30k_data(folder: Path | None, count: int) -> TrainingData:
    """Multi30k's own division; the test set is left alone.

    Raises:
        GlassboxError: it is not there, or a file is damaged.
    """
    if folder is None:
        raise GlassboxError("translation.train.error.no_multi30k", folder=home_folder())
    training = first_pairs(read_multi30k(folder, "train"), count)
    validation = read_multi30k(folder, "validation")
    return TrainingData("multi30k", training, validation, _spread(validation))


def pairs_data(name: str, pairs: SentencePairs, count: int) -> TrainingData:
    """Any pairs: a tenth, at most a thousand, is held out; a sentence of it is in no training pair.

    Raises:
        GlassboxError: nothing would be left to learn from.
    """
    chosen = first_pairs(pairs, count)
    sources = list(dict.fromkeys(chosen.source))
    random.Random(HELD_OUT_SEED).shuffle(sources)  # noqa: S311 - no secret depends on it
    held_out = set(sources[: max(1, min(MOST_HELD_OUT, round(len(sources) * HELD_OUT_SHARE)))])
    training = _where(chosen, held_out, inside=False)
    if not len(training):
        raise GlassboxError("translation.data.error.no_pairs")
    validation = _where(chosen, held_out, inside=True)
    return TrainingData(name, training, validation, _spread(validation))


def first_pairs(pairs: SentencePairs, count: int) -> SentencePairs:
    """The first `count` pairs; all for 0."""
    return SentencePairs(pairs.source[:count], pairs.target[:count]) if count else pairs


def _where(pairs: SentencePairs, sources: set[str], inside: bool) -> SentencePairs:
    rows = [row for row in zip(pairs.source, pairs.target, strict=True) if (row[0] in sources) == inside]
    return SentencePairs(tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def _spread(pairs: SentencePairs) -> tuple[int, ...]:
    """A short, a middling and a longer sentence."""
    order = sorted(range(len(pairs)), key=lambda place: len(pairs.source[place]))
    places = {order[int(share * (len(order) - 1))] for share in (0.2, 0.5, 0.8)}
    return tuple(sorted(places))[:SHOWN]
