"""Texts with their labels, and their division into parts that share nothing."""

from dataclasses import dataclass

from core.errors import GlassboxError


@dataclass(frozen=True)
class LabelledTexts:
    """Rows of a table: what is read and what it is called."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    """Where each stands in the reader's table, from 0."""

    def __post_init__(self) -> None:
        if not len(self.texts) == len(self.labels) == len(self.rows):
            raise GlassboxError("classification.error.lengths")

    def __len__(self) -> int:
        return len(self.texts)

    def at(self, places: "list[int] | tuple[int, ...]") -> "LabelledTexts":
        """The rows at these places, in this order."""
        return LabelledTexts(
            tuple(self.texts[place] for place in places),
            tuple(self.labels[place] for place in places),
            tuple(self.rows[place] for place in places),
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels that occur, sorted.

        >>> LabelledTexts(("hi", "bye", "hello"), ("greet", "leave", "greet"), (0, 1, 2)).classes
        ('greet', 'leave')
        """
        return tuple(sorted(set(self.labels)))


@dataclass(frozen=True)
class Split:
    """What is learned from, what every choice is made on, and what is looked at once, at the end."""

    name: str
    """Of the data, as the reader knows it: a sample's name, or the first letters of an upload's hash."""
    training: LabelledTexts
    validation: LabelledTexts
    test: LabelledTexts
    seed: int

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels of the training part, sorted: the order of every table of probabilities."""
        return self.training.classes
