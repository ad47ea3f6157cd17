"""What every method of classification can do once it has learned."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from core.classification.labelled_texts import LabelledTexts
from core.classification.predictions import Predictions


class Classifier(Protocol):
    """A trained model, of whatever method."""

    method: str
    """Its name in the table of methods, such as `probe`."""
    classes: tuple[str, ...]
    """Columns of the probabilities, sorted."""
    parameters_trained: int
    """Numbers that the training chose: weights and biases, not counts, rows or what was frozen."""

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, classes) float64; rows sum to 1."""
        ...

    def save(self, folder: Path) -> None:
        """Write it as safetensors and JSON; never pickled."""
        ...


def predictions(classifier: Classifier, data: LabelledTexts) -> Predictions:
    """What `classifier` says about texts whose labels are known."""
    return Predictions(
        classifier.classes, data.texts, data.rows, data.labels, classifier.probabilities(data.texts)
    )
