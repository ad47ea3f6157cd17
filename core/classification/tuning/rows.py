"""A reader's split as the tuning methods use it: token ids, places of classes, and the first head."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_softmax

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.learning import check_classes, class_places
from core.classification.methods.logistic_regression import LinearHead, fit_head, row_weights
from core.classification.methods.table import Report
from core.classification.settings import TrainSettings
from core.classification.tuning.encoder import token_ids
from core.classification.tuning.network import TextClassifier, computed

TokenIds = list[list[int]]


def _unheard(told: dict[str, Any]) -> None:
    """Reports that nobody waits for."""


@dataclass(frozen=True)
class TuningRows:
    """Training and validation part; validation rows of a class never learned are left out."""

    classes: tuple[str, ...]
    training: TokenIds
    targets: np.ndarray
    """(training rows,) the place of each row's class."""
    validation: TokenIds
    wanted: np.ndarray
    """(validation rows,)"""
    weights: np.ndarray
    """(training rows,) of each in the loss."""

    @property
    def class_weights(self) -> np.ndarray:
        """(classes,) the weight that the rows of a class have."""
        found = np.ones(len(self.classes))
        found[self.targets] = self.weights
        return found


def tuning_rows(split: Split, settings: TrainSettings) -> TuningRows:
    """Cut the texts into tokens.

    Raises:
        GlassboxError: fewer than two classes, or the encoder is not in order.
    """
    check_classes(split)
    known = set(split.classes)
    places = [place for place, label in enumerate(split.validation.labels) if label in known]
    validation: LabelledTexts = split.validation.at(places)
    return TuningRows(
        split.classes,
        token_ids(split.training.texts, settings.longest),
        class_places(split.training.labels, split.classes),
        token_ids(validation.texts, settings.longest),
        class_places(validation.labels, split.classes),
        row_weights(split.training.labels, settings.class_weights),
    )


def fitted_head(
    network: TextClassifier, rows: TuningRows, inverse_penalty: float, report: Report = _unheard
) -> LinearHead:
    """Logistic regression on the vectors that the encoder makes of the training rows now.

    Args:
        network: whose encoder is used.
        rows: the split.
        inverse_penalty: C.
        report: called now and then, without news; may raise to stop.
    """
    made = computed(network, rows.training, vectors=True, after_batch=lambda: report({}))
    return fit_head(
        made.astype(np.float64),
        rows.targets,
        len(rows.classes),
        rows.weights,
        inverse_penalty,
        lambda step, head, loss: report({}),
    )


def validated(network: TextClassifier, rows: TuningRows, report: Report) -> tuple[float, float] | None:
    """Loss in nats a row, and accuracy, on the validation part; None if it is empty."""
    if not rows.validation:
        return None
    logits = computed(network, rows.validation, after_batch=lambda: report({}))
    logged = log_softmax(logits.astype(np.float64), axis=1)
    loss = -float(logged[np.arange(len(rows.wanted)), rows.wanted].mean())
    return loss, float((logged.argmax(1) == rows.wanted).mean())
