"""What the length penalty does to the ranking of the translations that a search found.

Dividing log-probabilities by ((5 + |y|) / 6) ^ alpha raises all of them, long translations more: as alpha
grows, a longer translation can overtake a shorter one, never the reverse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.translation.beam import length_penalty
from core.translation.greedy import Written

ALPHAS = tuple(step / 20 for step in range(41))
"""0 to 2 in steps of 0.05."""


@dataclass(frozen=True)
class PenaltyCurves:
    """The score of each translation at each alpha."""

    alphas: tuple[float, ...]
    scores: tuple[tuple[float, ...], ...]
    """One row a translation, one number an alpha."""
    best: tuple[int, ...]
    """Which translation is first at each alpha."""

    @property
    def behind(self) -> tuple[tuple[float, ...], ...]:
        """How far each score lies below the leader's, 0 for the leader: the crossings, drawn large."""
        leaders = [self.scores[best][column] for column, best in enumerate(self.best)]
        return tuple(
            tuple(score - leader for score, leader in zip(row, leaders, strict=True)) for row in self.scores
        )

    @property
    def changes(self) -> tuple[float, ...]:
        """The first alphas at which another translation leads than at the one before."""
        return tuple(
            alpha
            for alpha, before, now in zip(self.alphas[1:], self.best, self.best[1:], strict=False)
            if before != now
        )


def penalty_curves(found: Sequence[Written], alphas: Sequence[float] = ALPHAS) -> PenaltyCurves:
    """Score every translation at every alpha.

    >>> short, long = Written((7,), (-1.0, -1.0), True), Written((7,) * 6, (-0.35,) * 7, True)
    >>> penalty_curves([short, long], (0.0, 1.0)).best
    (0, 1)
    """
    scores = tuple(
        tuple(one.total / length_penalty(len(one.log_probabilities), alpha) for alpha in alphas)
        for one in found
    )
    places = range(len(found))
    best = tuple(max(places, key=lambda place: scores[place][column]) for column in range(len(alphas)))
    return PenaltyCurves(tuple(alphas), scores, best)
