"""The rows that a figure can be computed from: a label that was never learned has no probability."""

import numpy as np

from core.classification.predictions import Predictions
from core.errors import GlassboxError


def taken(predictions: Predictions, places: "np.ndarray | list[int]") -> Predictions:
    """The rows at these places, in this order."""
    chosen = [int(place) for place in places]
    return Predictions(
        predictions.classes,
        tuple(predictions.texts[place] for place in chosen),
        tuple(predictions.rows[place] for place in chosen),
        tuple(predictions.wanted[place] for place in chosen),
        predictions.probabilities[np.array(chosen, dtype=int)],
    )


def learned_rows(predictions: Predictions) -> Predictions:
    """The rows whose label is one of the classes; the others are kept out, never guessed.

    Raises:
        GlassboxError: there is none.
    """
    known = set(predictions.classes)
    places = [place for place, label in enumerate(predictions.wanted) if label in known]
    if not places:
        raise GlassboxError("classification.report.error.no_rows")
    return predictions if len(places) == len(predictions.wanted) else taken(predictions, places)


def wanted_columns(predictions: Predictions) -> np.ndarray:
    """(texts,) the column of each text's label; every label must be one of the classes."""
    column = {label: place for place, label in enumerate(predictions.classes)}
    return np.array([column[label] for label in predictions.wanted], dtype=int)


def wanted_probability(predictions: Predictions) -> np.ndarray:
    """(texts,) the probability given to each text's own label; every label must be one of the classes."""
    return np.asarray(
        predictions.probabilities[np.arange(len(predictions.texts)), wanted_columns(predictions)]
    )
