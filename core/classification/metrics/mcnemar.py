"""McNemar's test: is one method better than another on the same texts, or was it luck?

Only texts on which exactly one of the two is right say anything: b where the first alone is right, c
where the second alone is. If the methods were equally good, each of these b + c would be a fair coin:

    p = 2 * P(Binomial(b + c, 1/2) <= min(b, c)),   at most 1

exact, so it holds for few texts, too; for many the statistic (|b - c| - 1)^2 / (b + c) is close to a
chi-squared variable with one degree of freedom. The test is about these two trained models: another
training with another seed may differ by more.

Sources: McNemar 1947, "Note on the sampling error of the difference between correlated proportions or
percentages"; Dietterich 1998, "Approximate Statistical Tests for Comparing Supervised Classification
Learning Algorithms", section 3.1.
"""

from dataclasses import dataclass
from math import comb, erfc, sqrt

from core.classification.predictions import Predictions
from core.errors import GlassboxError


@dataclass(frozen=True)
class McNemar:
    """The four-fold table and the two ways of judging it."""

    both_right: int
    first_only: int
    second_only: int
    both_wrong: int
    p_exact: float
    statistic: float
    """With continuity correction; 0 where the two never differ."""
    p_chi_squared: float

    @property
    def differing(self) -> int:
        """Texts on which exactly one is right."""
        return self.first_only + self.second_only

    @property
    def certain(self) -> bool:
        """Whether chance alone would do this in fewer than 5% of cases."""
        return self.p_exact < 0.05


def mcnemar(first: Predictions, second: Predictions) -> McNemar:
    """Compare two trained methods on the same rows.

    Raises:
        GlassboxError: they were not tested on the same rows.
    """
    if (first.rows, first.texts, first.wanted) != (second.rows, second.texts, second.wanted):
        raise GlassboxError("classification.report.error.other_rows")
    right = [
        [said == label for said, label in zip(each.predicted, each.wanted, strict=True)]
        for each in (first, second)
    ]
    table = [sum(pair == cell for pair in zip(*right, strict=True)) for cell in _CELLS]
    return from_counts(*table)


_CELLS = ((True, True), (True, False), (False, True), (False, False))


def from_counts(both_right: int, first_only: int, second_only: int, both_wrong: int) -> McNemar:
    """The test from its four counts.

    >>> round(from_counts(80, 12, 3, 5).p_exact, 4)
    0.0352
    """
    differing = first_only + second_only
    if not differing:
        return McNemar(both_right, 0, 0, both_wrong, 1.0, 0.0, 1.0)
    tail = sum(comb(differing, heads) for heads in range(min(first_only, second_only) + 1))
    statistic = max(0.0, abs(first_only - second_only) - 1) ** 2 / differing
    return McNemar(
        both_right,
        first_only,
        second_only,
        both_wrong,
        min(1.0, 2 * tail / 2**differing),
        statistic,
        erfc(sqrt(statistic / 2)),
    )
