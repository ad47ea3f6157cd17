"""Classification by retrieval: the k most similar training rows vote for the label.

    votes(c) = sum of max(0, cos(text, row)) * w(row)   over the k nearest rows of class c
    p(c)     = (votes(c) + a) / (sum of all votes + a * classes),   a = 0.01

w is 1, or with class weights rows / (classes * rows of the class). The small a keeps a class without a
vote from being called impossible, which log loss would never forgive. Nothing is learned: a new label, or a
correction, is a new row. The price is paid when asked: every text is compared with every row.

Source: Cover and Hart 1967, "Nearest neighbor pattern classification".
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.classification.labelled_texts import Split
from core.classification.methods.learning import check_classes, class_places
from core.classification.methods.logistic_regression import row_weights
from core.classification.methods.table import Report
from core.classification.methods.vectors import split_vectors, text_vectors
from core.classification.model_folder import ModelParts, read_model, write_model
from core.classification.settings import TrainSettings

METHOD = "knn"
SMOOTHING = 0.01
COMPARED_AT_ONCE = 20_000_000
"""Similarities in memory at a time."""


class Neighbours:
    """The training rows as vectors, with their labels."""

    method = METHOD
    parameters_trained = 0

    def __init__(
        self,
        classes: tuple[str, ...],
        embedder: str,
        neighbours: int,
        vectors: np.ndarray,
        targets: np.ndarray,
        weights: np.ndarray,
        texts: tuple[str, ...],
    ) -> None:
        self.classes, self.embedder, self.neighbours = classes, embedder, neighbours
        self.vectors, self.targets, self.weights, self.texts = vectors, targets, weights, texts

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, classes)."""
        asked = text_vectors(texts, self.embedder).astype(np.float32)
        found = np.empty((len(texts), len(self.classes)))
        step = max(1, COMPARED_AT_ONCE // max(1, len(self.vectors)))
        for start in range(0, len(texts), step):
            near, similar = nearest(asked[start : start + step], self.vectors, self.neighbours)
            votes = np.maximum(similar, 0) * self.weights[near]
            found[start : start + step] = vote(votes, self.targets[near], len(self.classes))
        return found

    def save(self, folder: Path) -> None:
        """The rows themselves are the model."""
        tensors = {"vectors": self.vectors, "targets": self.targets, "weights": self.weights}
        values = {"embedder": self.embedder, "neighbours": self.neighbours}
        write_model(folder, ModelParts(METHOD, self.classes, values, tensors, {"texts": list(self.texts)}))


def nearest(asked: np.ndarray, rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and cosines, both (texts, count), of the most similar rows, the most similar first.

    Args:
        asked: (texts, width), unit vectors.
        rows: (rows, width), unit vectors.
        count: how many; no more than there are.

    >>> nearest(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, 0.0], [0.6, 0.8]]), 2)[0].tolist()
    [[1, 2]]
    """
    count = min(count, len(rows))
    similar = asked @ rows.T
    places = np.argpartition(-similar, count - 1, axis=1)[:, :count]
    values = np.take_along_axis(similar, places, 1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(places, order, 1), np.take_along_axis(values, order, 1)


def vote(votes: np.ndarray, targets: np.ndarray, classes: int, smoothing: float = SMOOTHING) -> np.ndarray:
    """(texts, classes) probabilities of votes (texts, neighbours) for targets (texts, neighbours).

    >>> vote(np.array([[0.9, 0.6, 0.5]]), np.array([[0, 1, 1]]), 2, smoothing=0.0).round(2).tolist()
    [[0.45, 0.55]]
    """
    counted = np.full((len(votes), classes), float(smoothing))
    np.add.at(counted, (np.arange(len(votes))[:, None], targets), votes)
    total = counted.sum(1, keepdims=True)
    return np.where(total > 0, counted / np.where(total > 0, total, 1), 1 / classes)


def fit(split: Split, settings: TrainSettings, report: Report, checkpoint: Path | None = None) -> Neighbours:
    """Embed the training rows and keep them.

    Raises:
        GlassboxError: one class only, or the embedder is not in order.
    """
    check_classes(split)
    embedder, training, _ = split_vectors(split, settings, report, 1.0)
    return Neighbours(
        split.classes,
        embedder,
        settings.neighbours,
        training.astype(np.float32),
        class_places(split.training.labels, split.classes),
        row_weights(split.training.labels, settings.class_weights),
        split.training.texts,
    )


def load(folder: Path) -> Neighbours:
    """Read what `save` wrote.

    Raises:
        GlassboxError: the folder was altered or comes from another version.
    """
    parts = read_model(folder, METHOD)
    tensors = parts.tensors
    return Neighbours(
        parts.classes,
        str(parts.values["embedder"]),
        int(parts.values["neighbours"]),
        tensors["vectors"],
        tensors["targets"],
        tensors["weights"],
        tuple(parts.tables["texts"]),
    )
