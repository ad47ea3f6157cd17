"""Labelled texts in figures: rows a class, lengths, languages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from core.classification.health.plain import language_of, units
from core.classification.labelled_texts import LabelledTexts, Split

BINS = 30
MOST_TOLD = 2_000
"""Texts whose language is told; of more, every n-th."""


@dataclass(frozen=True)
class Bin:
    """Texts of `low` to `high` words, both included."""

    low: int
    high: int
    texts: int


@dataclass(frozen=True)
class ClassRows:
    """Rows of one class in each part."""

    label: str
    training: int
    validation: int
    test: int

    @property
    def total(self) -> int:
        """Rows in all parts."""
        return self.training + self.validation + self.test


@dataclass(frozen=True)
class Overview:
    """What a look at the data should say first."""

    rows: int
    classes: tuple[tuple[str, int], ...]
    """Label and rows, the largest class first."""
    lengths: tuple[Bin, ...]
    median_length: float
    longest: int
    languages: tuple[tuple[str, int], ...]
    """Told from a sample, the commonest first."""


def overview(texts: Sequence[str], labels: Sequence[str]) -> Overview:
    """Count; rows without a text or a label are left to the health check.

    >>> overview(["hi there", "bye", "hello"], ["greet", "leave", "greet"]).classes
    (('greet', 2), ('leave', 1))
    """
    whole = [
        (text, label) for text, label in zip(texts, labels, strict=True) if text.strip() and label.strip()
    ]
    lengths = [units(text) for text, _ in whole]
    told = Counter(language_of(text) for text, _ in whole[:: max(1, len(whole) // MOST_TOLD)])
    counts = Counter(label.strip() for _, label in whole)
    return Overview(
        len(texts),
        tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        histogram(lengths),
        median(lengths) if lengths else 0.0,
        max(lengths, default=0),
        tuple(told.most_common()),
    )


def histogram(lengths: Sequence[int]) -> tuple[Bin, ...]:
    """At most thirty bins of equal width; what lies above three times the 95th percentile is in the last.

    >>> histogram([1, 1, 2, 3])
    (Bin(low=1, high=1, texts=2), Bin(low=2, high=2, texts=1), Bin(low=3, high=3, texts=1))
    """
    if not lengths:
        return ()
    ordered = sorted(lengths)
    top = min(ordered[-1], 3 * max(1, ordered[int(0.95 * (len(ordered) - 1))]))
    width = max(1, -(-(top - ordered[0] + 1) // BINS))
    counts = Counter((min(length, top) - ordered[0]) // width for length in ordered)
    bins = []
    for place in range(max(counts) + 1):
        low = ordered[0] + place * width
        high = ordered[-1] if place == max(counts) else low + width - 1
        bins.append(Bin(low, high, counts[place]))
    return tuple(bins)


def class_rows(split: Split) -> tuple[ClassRows, ...]:
    """Rows of each class in each part, the largest class first."""
    parts: list[LabelledTexts] = [split.training, split.validation, split.test]
    counts = [Counter(part.labels) for part in parts]
    labels = sorted({label for count in counts for label in count})
    rows = [ClassRows(label, *(count[label] for count in counts)) for label in labels]
    return tuple(sorted(rows, key=lambda row: (-row.total, row.label)))
