"""Measured by training on the shipped sample: retrieval, prompting, over-fitting, encoder against decoder."""

from functools import cache

import numpy as np

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import METHODS
from core.classification.predictions import Predictions
from core.classification.scores import scores
from core.classification.shipped import sample_split
from core.classification.training import Learned, learn
from core.curriculum.question import Measurement

NOTE = "classification.train.note"
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1_000.0, 100_000.0)
ASKED, ASKED_SMALL = 12, 4
"""Test texts that the language model is asked about."""


@cache
def _learned(method: str, inverse_penalty: float = 10.0) -> Learned:
    """A method on the English sample; the same rows for every question."""
    settings = METHODS[method].settings({"inverse_penalty": inverse_penalty})
    return learn(sample_split("en"), METHODS[method], settings, lambda told: None)


def retrieval_against_probe(small: bool = False) -> Measurement:
    """Accuracy of five nearest neighbours minus that of logistic regression on the same vectors.

    Beside it a label that comes later: its rows are added to the neighbours, and nothing is trained.
    """
    neighbours, probe, words = (_learned(name).record.scores for name in ("knn", "probe", "tfidf"))
    if neighbours is None or probe is None or words is None:
        raise AssertionError("the sample has test rows")
    before, after, rows = _label_added("invoice")
    return Measurement(
        value=neighbours.accuracy - probe.accuracy,
        values={
            "neighbours": neighbours.accuracy,
            "probe": probe.accuracy,
            "words": words.accuracy,
            "before": before,
            "after": after,
            "added": rows,
            "rows": neighbours.rows,
        },
        note_key=f"{NOTE}.retrieval",
    )


def _label_added(label: str) -> tuple[float, float, int]:
    """Recall of a label without its rows, with them, and how many rows were added."""
    from core.classification.methods import knn

    split = sample_split("en")
    wanted = split.test.at([place for place, name in enumerate(split.test.labels) if name == label])
    others = split.training.at([place for place, name in enumerate(split.training.labels) if name != label])
    without = knn.fit(
        Split(split.name, others, split.validation, split.test, split.seed),
        METHODS["knn"].settings(),
        lambda told: None,
    )
    known = _learned("knn").classifier
    found = [_recall(model.classes, model.probabilities(wanted.texts), label) for model in (without, known)]
    return found[0], found[1], len(split.training) - len(others)


def _recall(classes: tuple[str, ...], table: np.ndarray, label: str) -> float:
    return float(np.mean([classes[place] == label for place in table.argmax(axis=1)]))


def favourite_label(small: bool = False) -> Measurement:
    """How many times likelier than the least one the favourite label is after a prompt without content.

    Beside it what that does to answers: accuracy with the raw probabilities, and divided by those.
    """
    from core.classification.methods.prompt import EMPTY, Prompted

    nothing = LabelledTexts((), (), ())
    split = sample_split("en")
    raw = Prompted(split.classes, False, nothing)
    empty = raw.scores(EMPTY, nothing)
    asked = _asked(split, ASKED_SMALL if small else ASKED)
    table = np.array([raw.scores(text, nothing) for text in asked.texts])
    return Measurement(
        value=float(np.exp(empty.max() - empty.min())),
        values={
            "raw": _share_right(split, asked, table),
            "calibrated": _share_right(split, asked, table - empty),
            "chance": 1 / len(split.classes),
            "probe": _probe_on(split, asked),
            "texts": len(asked),
            "labels": len(split.classes),
        },
        note_key=f"{NOTE}.favourite",
    )


def encoder_against_decoder(small: bool = False) -> Measurement:
    """Accuracy of the probe (MiniLM, trained head) minus that of zero-shot SmolLM2, on the same texts."""
    found = favourite_label(small).values
    return Measurement(
        value=found["probe"] - found["calibrated"],
        values={**found, "encoder_millions": 22.7, "decoder_millions": 134.5},
        note_key=f"{NOTE}.encoder",
    )


def overfitting(small: bool = False) -> Measurement:
    """Validation log loss of TF-IDF with hardly any penalty, over the least one of a row of penalties."""
    penalties = (1.0, 100.0, 100_000.0) if small else PENALTIES
    found = {penalty: _losses(penalty) for penalty in penalties}
    best = min(penalties, key=lambda penalty: found[penalty]["loss"])
    loose = found[penalties[-1]]
    return Measurement(
        value=loose["loss"] / found[best]["loss"],
        values={
            "best": best,
            "best_loss": found[best]["loss"],
            "best_accuracy": found[best]["accuracy"],
            "loose_loss": loose["loss"],
            "loose_accuracy": loose["accuracy"],
            "loose_training": loose["training"],
            "nothing_loss": scores(_learned("majority").validation).log_loss,
        },
        note_key=f"{NOTE}.overfitting",
    )


def _losses(inverse_penalty: float) -> dict[str, float]:
    """Log loss on both parts and the accuracy on validation."""
    learned, split = _learned("tfidf", inverse_penalty), sample_split("en")
    training = split.training
    table = learned.classifier.probabilities(training.texts)
    seen = Predictions(learned.classifier.classes, training.texts, training.rows, training.labels, table)
    held = scores(learned.validation)
    return {"training": scores(seen).log_loss, "loss": held.log_loss, "accuracy": held.accuracy}


def _asked(split: Split, count: int) -> LabelledTexts:
    """Some test rows, spread over the part."""
    step = max(1, len(split.test) // count)
    return split.test.at(list(range(0, len(split.test), step))[:count])


def _share_right(split: Split, asked: LabelledTexts, table: np.ndarray) -> float:
    said = [split.classes[place] for place in table.argmax(axis=1)]
    return float(np.mean([one == wanted for one, wanted in zip(said, asked.labels, strict=True)]))


def _probe_on(split: Split, asked: LabelledTexts) -> float:
    return _share_right(split, asked, _learned("probe").classifier.probabilities(asked.texts))
