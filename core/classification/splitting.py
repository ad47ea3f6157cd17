"""Dividing labelled rows: stratified, seeded, and never cutting through a group.

Stratified: each part gets its share of every class. Grouped: rows that belong together (near-duplicates,
or all messages of one customer) stay in one part, or the test would ask for what was learned by heart.
Groups of several rows go first, the largest before the others, each to a part drawn by how much of its
labels still has room there; single rows then fill what is left of each class, to the row. Drawing, where a
greedy rule would send every large group to the training part, keeps the test as hard as the data.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from core.classification.labelled_texts import LabelledTexts, Split
from core.errors import GlassboxError

PARTS = ("training", "validation", "test")
FEWEST_ROWS = 6
"""Two classes in three parts."""


@dataclass(frozen=True)
class Shares:
    """How the rows are divided; what is left is learned from."""

    validation: float = 0.15
    test: float = 0.2

    def __post_init__(self) -> None:
        if not (0 < self.validation < 1 and 0 <= self.test < 1 and self.validation + self.test < 0.95):
            raise GlassboxError("classification.data.error.shares")

    def wanted(self, rows: int) -> dict[str, int]:
        """Rows of one class for each part; a class of two is learned and tested, one of one is learned.

        >>> Shares().wanted(20)
        {'validation': 3, 'test': 4, 'training': 13}
        >>> Shares().wanted(2), Shares().wanted(1)["training"]
        ({'validation': 0, 'test': 1, 'training': 1}, 1)
        """
        test = max(1, round(rows * self.test)) if self.test and rows > 1 else 0
        validation = max(1, round(rows * self.validation)) if rows > 1 + bool(test) else 0
        training = rows - validation - test
        return {"validation": validation, "test": test, "training": training}


def split_rows(
    data: LabelledTexts,
    name: str,
    shares: Shares | None = None,
    seed: int = 0,
    groups: Sequence[int] | None = None,
) -> Split:
    """Divide `data` into training, validation and test.

    Args:
        data: rows with their labels.
        name: of the data, as the reader knows it.
        shares: of validation and test; the defaults if None.
        seed: of the order in which rows are taken.
        groups: (rows,) rows of one number stay together; every row for itself if None.

    Raises:
        GlassboxError: fewer than two classes or six rows, every row a class of its own, or groups so large
            that a part would be left empty.
    """
    check_classes(data)
    places = _places(data.labels, shares or Shares(), seed, groups or range(len(data)))
    parts = {part: data.at([at for at, where in enumerate(places) if where == part]) for part in PARTS}
    needed = ("training", "validation", *(("test",) if (shares or Shares()).test else ()))
    if any(not len(parts[part]) for part in needed) or len(parts["training"].classes) < 2:
        raise GlassboxError("classification.data.error.groups")
    return Split(name=name, seed=seed, **parts)


def check_classes(data: LabelledTexts) -> None:
    """Whether these rows are something to learn from.

    Raises:
        GlassboxError: too few rows, a single class, or a class a row.
    """
    classes = len(data.classes)
    if len(data) < FEWEST_ROWS:
        raise GlassboxError("classification.data.error.few_rows", rows=len(data), least=FEWEST_ROWS)
    if classes == 1:
        raise GlassboxError("classification.data.error.one_class", label=data.labels[0][:60])
    if classes > len(data) / 2:
        raise GlassboxError("classification.data.error.label_a_row", classes=classes, rows=len(data))


def _places(labels: Sequence[str], shares: Shares, seed: int, groups: Iterable[int]) -> list[str]:
    """The part of each row."""
    members: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    needs = {label: shares.wanted(count) for label, count in sorted(Counter(labels).items())}
    order = list(members.values())
    random = Random(seed)  # noqa: S311 - a seed that can be repeated is the point
    random.shuffle(order)
    places = [""] * len(labels)
    for rows in sorted(order, key=len, reverse=True):
        inside = Counter(labels[row] for row in rows)
        part = _drawn(inside, needs, random)
        for label, count in inside.items():
            needs[label][part] -= count
        for row in rows:
            places[row] = part
    return places


def _drawn(inside: Counter[str], needs: dict[str, dict[str, int]], random: Random) -> str:
    """A part with room for all these labels, drawn by how much room; without any, the one that lacks most."""
    room = {part: sum(max(0, needs[label][part]) for label in inside) for part in PARTS}
    fitting = [part for part in PARTS if all(needs[label][part] >= count for label, count in inside.items())]
    if fitting:
        return random.choices(fitting, [room[part] for part in fitting])[0]
    return max(PARTS, key=lambda part: room[part])
