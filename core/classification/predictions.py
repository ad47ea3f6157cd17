"""What a classifier said about texts whose labels are known: all that a report is computed from."""

from dataclasses import dataclass

import numpy as np

from core.errors import GlassboxError


@dataclass(frozen=True)
class Predictions:
    """One row a text."""

    classes: tuple[str, ...]
    """Columns of `probabilities`."""
    texts: tuple[str, ...]
    rows: tuple[int, ...]
    """Where each text stands in the reader's table, from 0."""
    wanted: tuple[str, ...]
    """The label of each text; one that is not in `classes` was never learned."""
    probabilities: np.ndarray
    """(texts, classes) float64; rows sum to 1."""

    def __post_init__(self) -> None:
        count = len(self.texts)
        if not count == len(self.rows) == len(self.wanted) or self.probabilities.shape != (
            count,
            len(self.classes),
        ):
            raise GlassboxError("classification.error.lengths")

    @property
    def predicted(self) -> tuple[str, ...]:
        """The most probable class of each text; of equals the first."""
        return tuple(self.classes[place] for place in self.probabilities.argmax(axis=1))

    @property
    def confidence(self) -> np.ndarray:
        """(texts,) the largest probability of each."""
        return self.probabilities.max(axis=1)
