"""From two columns of a table to a split: checked, treated, divided."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from core.classification.health.examine import Examination, examine
from core.classification.health.finding import Treatment
from core.classification.health.near import Pair, joined
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.splitting import Shares, check_classes, split_rows


@dataclass(frozen=True)
class Preparation:
    """Everything that decides how a table becomes a split."""

    treatment: Treatment = field(default_factory=Treatment)
    shares: Shares = field(default_factory=Shares)
    seed: int = 0


@dataclass(frozen=True)
class Leak:
    """Test rows that are almost in the training part."""

    test: int
    leaked: int
    """Test rows with a near-duplicate among the training rows."""
    unkept: int
    """The same, had the rows been divided one by one."""


def prepare(
    texts: Sequence[str],
    labels: Sequence[str],
    name: str,
    preparation: Preparation | None = None,
    together: Sequence[str] | None = None,
) -> tuple[Examination, Split, Leak]:
    """Check the rows, treat them as wanted, divide them, and count what leaks.

    Args:
        texts: a cell each.
        labels: a cell each.
        name: of the data, as the reader knows it.
        preparation: what is wanted; the defaults if None.
        together: see `divide`.

    Raises:
        GlassboxError: what is left is nothing to learn from.
    """
    wanted = preparation or Preparation()
    examined = examine(texts, labels, wanted.treatment)
    return examined, *divide(examined, name, wanted, together)


def divide(
    examined: Examination, name: str, wanted: Preparation, together: Sequence[str] | None = None
) -> tuple[Split, Leak]:
    """Divide what the check left, and count what leaks.

    Args:
        examined: the rows that are left and their near-duplicates.
        name: of the data.
        wanted: shares and seed.
        together: a column of the table whose equal cells belong together, such as a customer's number;
            empty cells do not.

    Raises:
        GlassboxError: what is left is nothing to learn from.
    """
    usable = examined.usable
    check_classes(usable)
    columns: list[Sequence[Hashable]] = [examined.groups] if examined.together else []
    if together is not None:
        columns.append([together[row].strip() or row for row in usable.rows])
    split = split_rows(usable, name, wanted.shares, wanted.seed, united(len(usable), columns))
    return split, leak(examined, split, wanted)


def united(rows: int, columns: Sequence[Sequence[Hashable]]) -> tuple[int, ...]:
    """A group number a row: rows that are equal in any of the columns, or connected by such rows, share one.

    >>> united(4, [["a", "b", "a", "c"], [1, 2, 3, 2]])
    (0, 1, 0, 1)
    """
    pairs = []
    for column in columns:
        first: dict[Hashable, int] = {}
        for place, value in enumerate(column):
            pairs.append(Pair(first.setdefault(value, place), place, 1.0))
    return joined(rows, pairs)


def leak(examined: Examination, split: Split, wanted: Preparation) -> Leak:
    """How many test rows have a near-duplicate to learn from, here and in a split that ignores groups."""
    usable = examined.usable
    group = dict(zip(usable.rows, examined.groups, strict=True))
    careless = split_rows(usable, split.name, wanted.shares, wanted.seed)
    return Leak(len(split.test), _leaked(split, group), _leaked(careless, group))


def split_with_test(training: LabelledTexts, test: LabelledTexts, name: str, seed: int = 0) -> Split:
    """A split whose test part is given: validation is taken from `training`."""
    shares = Shares(validation=0.15, test=0.0)
    divided = split_rows(training, name, shares, seed)
    return Split(name, divided.training, divided.validation, test, seed)


def _leaked(split: Split, group: dict[int, int]) -> int:
    learned = {group[row] for row in split.training.rows}
    return sum(group[row] in learned for row in split.test.rows)
