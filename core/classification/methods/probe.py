"""The probe: a frozen sentence encoder, and a logistic regression on what it says of each text.

The encoder has read a billion pairs of sentences; only a matrix of 384 numbers a class and its biases are
learned here, in seconds and without touching a layer. What it reaches says how far the label can be read
off the vectors by a flat cut: that is where the name is from.

Source: Alain and Bengio 2017, "Understanding intermediate layers using linear classifier probes".
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.classification.labelled_texts import Split
from core.classification.methods.learning import check_classes, learned_head
from core.classification.methods.logistic_regression import LinearHead
from core.classification.methods.table import Report
from core.classification.methods.vectors import split_vectors, text_vectors
from core.classification.model_folder import ModelParts, read_model, write_model
from core.classification.settings import TrainSettings

METHOD = "probe"
EMBEDDING_SHARE = 0.7
"""Of the work, where no vector is known yet."""


class Probe:
    """A linear head over an embedder of the shelf."""

    method = METHOD

    def __init__(self, classes: tuple[str, ...], embedder: str, head: LinearHead) -> None:
        self.classes, self.embedder, self.head = classes, embedder, head

    @property
    def parameters_trained(self) -> int:
        """Of the head."""
        return self.head.parameters

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, classes)."""
        return np.exp(self.head.log_probabilities(text_vectors(texts, self.embedder)))

    def save(self, folder: Path) -> None:
        """The head and the embedder's name; the embedder stays on the shelf."""
        tensors = {"weights": self.head.weights, "biases": self.head.biases}
        write_model(folder, ModelParts(METHOD, self.classes, {"embedder": self.embedder}, tensors))


def fit(split: Split, settings: TrainSettings, report: Report, checkpoint: Path | None = None) -> Probe:
    """Embed, then learn the head; vectors that are known are not computed again, so it need not go on.

    Raises:
        GlassboxError: one class only, or the embedder is not in order.
    """
    check_classes(split)
    embedder, training, validation = split_vectors(split, settings, report, EMBEDDING_SHARE)

    def learning(told: dict[str, Any]) -> None:
        report({**told, "done": EMBEDDING_SHARE + (1 - EMBEDDING_SHARE) * told["done"]})

    head = learned_head(split, training, validation, settings, learning)
    return Probe(split.classes, embedder, head)


def load(folder: Path) -> Probe:
    """Read what `save` wrote.

    Raises:
        GlassboxError: the folder was altered or comes from another version.
    """
    parts = read_model(folder, METHOD)
    head = LinearHead(parts.tensors["weights"], parts.tensors["biases"])
    return Probe(parts.classes, str(parts.values["embedder"]), head)
