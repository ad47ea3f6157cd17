"""Texts ranked by a score: how many of the wanted and of the others lie above each threshold.

ROC and precision-recall curves are two pictures of this one table. Texts with the same score can only
be taken together, so a row of the table stands for each distinct score.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ranking:
    """Row by row from the strictest threshold to the one that takes every text."""

    thresholds: np.ndarray
    """(steps,) distinct scores, falling."""
    true_positives: np.ndarray
    """(steps,) wanted texts that score at least the threshold."""
    false_positives: np.ndarray
    """(steps,) others that do."""

    @property
    def positives(self) -> int:
        """All wanted texts."""
        return int(self.true_positives[-1])

    @property
    def negatives(self) -> int:
        """All others."""
        return int(self.false_positives[-1])


def ranking(wanted: np.ndarray, score: np.ndarray) -> Ranking:
    """Rank texts by `score`, the highest first.

    Args:
        wanted: (texts,) boolean, at least one.
        score: (texts,) the higher, the more the text is held to be wanted.

    >>> ranked = ranking(np.array([True, False, True]), np.array([0.9, 0.4, 0.4]))
    >>> ranked.thresholds.tolist(), ranked.true_positives.tolist(), ranked.false_positives.tolist()
    ([0.9, 0.4], [1, 2], [0, 1])
    """
    order = np.argsort(-score, kind="stable")
    ranked_score, ranked_wanted = score[order], wanted[order].astype(np.int64)
    last_of_its_score = np.append(np.flatnonzero(np.diff(ranked_score)), len(score) - 1)
    true = np.cumsum(ranked_wanted)[last_of_its_score]
    return Ranking(ranked_score[last_of_its_score], true, last_of_its_score + 1 - true)


def thinned(*columns: np.ndarray, most: int = 300) -> tuple[np.ndarray, ...]:
    """At most `most` rows of a long curve for drawing, its ends among them; areas come from all rows."""
    length = len(columns[0])
    places = np.unique(np.linspace(0, length - 1, min(most, length)).round().astype(int))
    return tuple(column[places] for column in columns)
