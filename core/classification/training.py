"""One method learns from one split: learn, predict, choose a threshold, measure, write the folder.

The folder holds the model (`model.json` and its files), its card, what it said about the validation and
the test rows, and, last, `training.json`: without that file the training did not come to its end.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.classification.classifier import Classifier
from core.classification.kept_predictions import keep_predictions
from core.classification.kept_split import split_digest
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import Method, Report
from core.classification.model_card import model_card
from core.classification.model_folder import MODEL_FILE
from core.classification.predictions import Predictions
from core.classification.scores import scores
from core.classification.settings import TrainSettings
from core.classification.training_record import TrainingRecord, write_record
from core.errors import GlassboxError
from core.files import write_text_whole

FALSE_ALARMS = 0.05
"""Share of validation rows that the threshold for out-of-scope texts may call out of scope."""
LEARNING_SHARE = 0.9
"""Of a training's work; the rest is predicting."""
TEXTS_AT_ONCE = 256
"""Between two looks at whether the work was stopped; a language model takes them one by one."""
CARD_FILE = "README.md"


@dataclass(frozen=True)
class Learned:
    """A method that has learned, and what it says of the rows that it did not learn from."""

    classifier: Classifier
    record: TrainingRecord
    validation: Predictions
    test: Predictions


def train_method(
    split: Split,
    method: Method,
    settings: TrainSettings,
    folder: Path,
    report: Report,
    checkpoint: Path | None = None,
) -> TrainingRecord:
    """Train, measure and write `folder`.

    Args:
        split: as in `learn`, like `method`, `settings`, `report` and `checkpoint`.
        method: of the table.
        settings: of the method.
        folder: written whole; a model that stood there is replaced.
        report: told how it goes.
        checkpoint: a folder for what a dear method needs to go on.

    Raises:
        GlassboxError: as in `learn`; the folder holds other things, or the disk is full.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MODEL_FILE).is_file():
        raise GlassboxError("classification.train.error.out_taken", folder=folder.name)
    learned = learn(split, method, settings, report, checkpoint)
    learned.classifier.save(folder)
    keep_predictions(folder, "validation", learned.validation)
    keep_predictions(folder, "test", learned.test)
    write_text_whole(folder / CARD_FILE, model_card(learned.record, learned.classifier.classes))
    write_record(folder, learned.record)
    return learned.record


def learn(
    split: Split, method: Method, settings: TrainSettings, report: Report, checkpoint: Path | None = None
) -> Learned:
    """Train and measure.

    Args:
        split: the rows; the test part is looked at once, when everything is chosen.
        method: of the table.
        settings: of the method.
        report: told how it goes, see `core.classification.methods.table`; may raise to stop.
        checkpoint: a folder for what a dear method needs to go on.

    Raises:
        GlassboxError: there are no training rows, or they do not suit the method.
    """
    if not len(split.training):
        raise GlassboxError("classification.train.error.no_training_rows")

    def learning(told: dict[str, Any]) -> None:
        report({**told, "done": LEARNING_SHARE * told["done"]} if "done" in told else told)

    method.written()  # importing libraries is no learning
    started = time.perf_counter()
    classifier = method.fit(split, settings, learning, checkpoint)
    seconds = time.perf_counter() - started
    rows, done = len(split.validation) + len(split.test), 0

    def predicting(count: int) -> None:
        nonlocal done
        done += count
        report({"done": LEARNING_SHARE + (1 - LEARNING_SHARE) * done / rows})

    validation = _predictions(classifier, split.validation, predicting)
    started = time.perf_counter()
    test = _predictions(classifier, split.test, predicting)
    prediction_seconds = time.perf_counter() - started
    threshold, alarms = out_of_scope_threshold(validation)
    record = TrainingRecord(
        method=method.name,
        settings=settings,
        data=split.name,
        split=split_digest(split),
        split_seed=split.seed,
        training_rows=len(split.training),
        validation_rows=len(split.validation),
        test_rows=len(split.test),
        classes=len(split.classes),
        parameters_trained=classifier.parameters_trained,
        seconds=seconds,
        prediction_seconds=prediction_seconds,
        threshold=threshold,
        false_alarms=alarms,
        scores=scores(test) if test.texts else None,
    )
    return Learned(classifier, record, validation, test)


def out_of_scope_threshold(validation: Predictions) -> tuple[float, float]:
    """The confidence below which a text is called out of scope, and the share of validation rows below it.

    Nothing out of scope is needed to choose it: one says how often a text in scope may be sent away by
    mistake (`FALSE_ALARMS`) and takes the largest threshold that keeps to it. Without validation rows
    nothing is sent away.
    """
    confidence = np.sort(validation.confidence) if validation.texts else np.zeros(0)
    if not len(confidence):
        return 0.0, 0.0
    threshold = float(confidence[int(FALSE_ALARMS * len(confidence))])
    return threshold, float((confidence < threshold).mean())


def text_probabilities(
    classifier: Classifier, texts: Sequence[str], after: Callable[[int], None]
) -> np.ndarray:
    """(texts, classes), a few texts at a time, so that the work can be watched and stopped."""
    parts = [np.zeros((0, len(classifier.classes)))]
    step = TEXTS_AT_ONCE if classifier.method != "prompt" else 1
    for start in range(0, len(texts), step):
        some = texts[start : start + step]
        parts.append(classifier.probabilities(some))
        after(len(some))
    return np.concatenate(parts)


def _predictions(classifier: Classifier, data: LabelledTexts, after: Callable[[int], None]) -> Predictions:
    found = text_probabilities(classifier, data.texts, after)
    return Predictions(classifier.classes, data.texts, data.rows, data.labels, found)
