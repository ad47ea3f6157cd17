"""The majority baseline: every text is called what most training rows are called.

Its probabilities are the shares of the classes, so its log loss is the entropy of the labels: what a
method that has read nothing but the labels can reach, and any other must beat.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.classification.labelled_texts import Split
from core.classification.methods.table import Report
from core.classification.model_folder import ModelParts, read_model, write_model
from core.classification.settings import TrainSettings

METHOD = "majority"


class Majority:
    """The shares of the classes among the training rows."""

    method = METHOD
    parameters_trained = 0

    def __init__(self, classes: tuple[str, ...], shares: np.ndarray) -> None:
        self.classes = classes
        self.shares = shares
        """(classes,) float64; they sum to 1."""

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, classes): the same row for every text."""
        return np.tile(self.shares, (len(texts), 1))

    def save(self, folder: Path) -> None:
        """Write the shares."""
        write_model(folder, ModelParts(METHOD, self.classes, {}, {"shares": self.shares}))


def fit(split: Split, settings: TrainSettings, report: Report, checkpoint: Path | None = None) -> Majority:
    """Count the labels; there is nothing to set and nothing to go on from."""
    counted = Counter(split.training.labels)
    shares = np.array([counted[name] for name in split.classes]) / len(split.training)
    report({"done": 1.0})
    return Majority(split.classes, shares)


def load(folder: Path) -> Majority:
    """Read what `save` wrote.

    Raises:
        GlassboxError: the folder was altered or comes from another version.
    """
    parts = read_model(folder, METHOD)
    return Majority(parts.classes, parts.tensors["shares"])
