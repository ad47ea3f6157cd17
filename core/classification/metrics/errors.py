"""The rows that a model got wrong, those first about which it was surest."""

import numpy as np

from core.classification.predictions import Predictions


def worst_errors(predictions: Predictions) -> np.ndarray:
    """Places of the wrongly classified texts, by how much more probable the wrong class was held.

    >>> wrong = Predictions(("a", "b"), ("x", "y", "z"), (0, 1, 2), ("a", "a", "b"),
    ...     np.array([[0.4, 0.6], [0.1, 0.9], [0.2, 0.8]]))
    >>> worst_errors(wrong).tolist()
    [1, 0]
    """
    column = {label: place for place, label in enumerate(predictions.classes)}
    margin = predictions.confidence - np.array(
        [
            predictions.probabilities[place, column[label]] if label in column else 0.0
            for place, label in enumerate(predictions.wanted)
        ]
    )
    wrong = np.flatnonzero(np.array(predictions.predicted) != np.array(predictions.wanted))
    return np.asarray(wrong[np.argsort(-margin[wrong], kind="stable")])
