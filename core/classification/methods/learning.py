"""A logistic head that learns while its losses are watched; what TF-IDF and the probe share."""

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.classification.labelled_texts import Split
from core.classification.methods.logistic_regression import LinearHead, fit_head, row_weights
from core.classification.methods.table import Report
from core.classification.settings import TrainSettings
from core.errors import GlassboxError

USUAL_STEPS = 60
"""Of the solver; for the share that is done: after n steps it is 1 - exp(-n / 60)."""
SECONDS_BETWEEN_LOOKS = 0.2
"""Between two looks at the validation part."""
FIRST_STEPS = 50
"""These are all looked at."""


def learned_head(
    split: Split, training: Any, validation: Any, settings: TrainSettings, report: Report
) -> LinearHead:
    """The head for features of the training part, with the losses on both parts reported as it learns.

    Args:
        split: whose labels are learned.
        training: (training rows, features).
        validation: (validation rows, features).
        settings: `inverse_penalty` and `class_weights` are read.
        report: see `core.classification.methods.table`.

    Raises:
        GlassboxError: fewer than two classes.
    """
    check_classes(split)
    targets = class_places(split.training.labels, split.classes)
    known = [place for place, label in enumerate(split.validation.labels) if label in set(split.classes)]
    wanted = class_places([split.validation.labels[place] for place in known], split.classes)
    last_look = -math.inf

    def look(step: int, head: LinearHead, loss: float) -> None:
        nonlocal last_look
        told: dict[str, Any] = {"done": 1 - math.exp(-step / USUAL_STEPS)}
        if step <= FIRST_STEPS or time.monotonic() - last_look >= SECONDS_BETWEEN_LOOKS:
            last_look = time.monotonic()
            told |= {"step": step, "training_loss": loss}
            if known:
                logged = head.log_probabilities(validation[known])
                told["validation_loss"] = -float(logged[np.arange(len(known)), wanted].mean())
                told["validation_accuracy"] = float((logged.argmax(1) == wanted).mean())
        report(told)

    weights = row_weights(split.training.labels, settings.class_weights)
    return fit_head(training, targets, len(split.classes), weights, settings.inverse_penalty, look)


def check_classes(split: Split) -> None:
    """Refuse what leaves nothing to decide.

    Raises:
        GlassboxError: fewer than two classes among the training rows.
    """
    if len(split.classes) < 2:
        raise GlassboxError("classification.train.error.one_class", count=len(split.classes))


def class_places(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    """(rows,) where each label stands among `classes`.

    >>> class_places(["b", "a"], ["a", "b"]).tolist()
    [1, 0]
    """
    places = {name: place for place, name in enumerate(classes)}
    return np.array([places[label] for label in labels], dtype=np.int64)
