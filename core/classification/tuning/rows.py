"""A reader's split as the tuning methods use it: token ids, places of classes, and the first head."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.learning import check_classes, class_places
from core.classification.methods.logistic_regression import LinearHead, fit_head, row_weights
from core.classification.settings import TrainSettings
from core.classification.tuning.encoder import token_ids
from core.classification.tuning.network import TextClassifier, computed

TokenIds = list[list[int]]


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


def fitted_head(network: TextClassifier, rows: TuningRows, inverse_penalty: float) -> LinearHead:
    """Logistic regression on the vectors that the encoder makes of the training rows now."""
    vectors = computed(network, rows.training, vectors=True).astype(np.float64)
    return fit_head(vectors, rows.targets, len(rows.classes), rows.weights, inverse_penalty)


def validated_by(scores: Callable[[TokenIds], np.ndarray], rows: TuningRows) -> tuple[float, float] | None:
    """Loss in nats a row, and accuracy, on the validation part; None if it is empty.

    Args:
        scores: (rows, classes) logits of token ids.
        rows: the split.
    """
    if not rows.validation:
        return None
    logged = log_softmax(scores(rows.validation).astype(np.float64), axis=1)
    loss = -float(logged[np.arange(len(rows.wanted)), rows.wanted].mean())
    return loss, float((logged.argmax(1) == rows.wanted).mean())
