"""Likely label errors by confident learning: rows whose label the model firmly disagrees with.

Each class j has its own threshold, the mean probability of j over the rows that are labelled j:

    t_j = mean of p(j | x) over x labelled j

A row labelled i counts as "really j" where p(j | x) >= t_j, the most probable such j if there are several.
Rows counted off the diagonal are the suspects, the least probable own label first; not those whose own
label is still the most probable. A class about which the
model is never sure has a low threshold, so its rows are not all suspected. The probabilities must come
from a model that did not learn from these rows.

The list is cleanlab's (`filter_by="confident_learning"`); the table is written out here.
Source: Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
section 3.
"""

from dataclasses import dataclass

import numpy as np

from core.classification.metrics.known_rows import learned_rows, wanted_columns
from core.classification.predictions import Predictions
from core.errors import GlassboxError


@dataclass(frozen=True)
class LabelErrors:
    """The suspects and the arithmetic behind them."""

    predictions: Predictions
    """The rows examined: those with a learned label."""
    thresholds: np.ndarray
    """(classes,) t_j; not a number where no row is labelled j."""
    joint: np.ndarray
    """(classes, classes) rows labelled i that count as j."""
    suspects: np.ndarray
    """Places in `predictions`, the most suspicious first."""
    proposed: tuple[str, ...]
    """The class that each suspect counts as."""


def label_errors(predictions: Predictions) -> LabelErrors:
    """Find rows whose label is likely wrong.

    Raises:
        GlassboxError: no row has a learned label, or there are fewer than two classes.
    """
    from cleanlab.filter import find_label_issues

    known = learned_rows(predictions)
    present = sorted(set(known.wanted))
    if len(present) < 2:
        raise GlassboxError("classification.report.error.one_class")
    known = _among(known, present)
    columns = wanted_columns(known)
    thresholds = class_thresholds(known.probabilities, columns)
    counted = confident_classes(known.probabilities, thresholds)
    joint = np.zeros((len(present), len(present)), dtype=int)
    np.add.at(joint, (columns[counted >= 0], counted[counted >= 0]), 1)
    suspects = find_label_issues(
        columns,
        known.probabilities,
        return_indices_ranked_by="self_confidence",
        filter_by="confident_learning",
        n_jobs=1,
    )
    places = np.asarray(suspects, dtype=int)
    proposed = tuple(known.predicted[place] for place in places)
    return LabelErrors(known, thresholds, joint, places, proposed)


def class_thresholds(probabilities: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(classes,) t_j: the mean probability of j over the rows labelled j."""
    return np.array(
        [probabilities[columns == place, place].mean() for place in range(probabilities.shape[1])]
    )


def confident_classes(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(texts,) the class each text counts as, -1 where no class reaches its threshold.

    >>> confident_classes(np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.8, 0.6])).tolist()
    [0, -1]
    """
    # cleanlab allows for rounding: a lone row of a class sits exactly on its own threshold.
    reached = np.where(probabilities >= thresholds - 1e-6, probabilities, -1.0)
    return np.where(reached.max(axis=1) >= 0, reached.argmax(axis=1), -1)


def _among(predictions: Predictions, classes: list[str]) -> Predictions:
    """The same rows with only the columns of classes that some row is labelled with."""
    if len(classes) == len(predictions.classes):
        return predictions
    kept = [place for place, label in enumerate(predictions.classes) if label in set(classes)]
    probabilities = predictions.probabilities[:, kept]
    whole = probabilities.sum(axis=1, keepdims=True)
    even = np.full(probabilities.shape, 1 / len(kept))
    probabilities = np.divide(probabilities, whole, out=even, where=whole > 0)
    labels = tuple(predictions.classes[place] for place in kept)
    return Predictions(labels, predictions.texts, predictions.rows, predictions.wanted, probabilities)
