"""What the health check can find, what can be done about each, and what the reader chose."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import GlassboxError

ACTIONS: dict[str, tuple[str, ...]] = {
    "no_text": ("drop",),
    "no_label": ("drop",),
    "spelling": ("merge", "keep"),
    "conflict": ("drop", "majority", "keep"),
    "duplicate": ("merge", "keep"),
    "no_words": ("keep", "drop"),
    "long": ("keep", "cut", "drop"),
    "language": ("keep", "drop"),
    "near": ("together", "merge", "apart"),
    "small": ("keep", "merge", "drop"),
    "imbalance": ("keep", "cap"),
}
"""Kinds of finding in the order in which they are looked for; what can be done, the default first."""

LONG = 128
"""Words from which a text is long: MiniLM was trained on at most 128 word pieces."""
OTHER = "other"
"""The class into which small ones are merged."""


@dataclass(frozen=True)
class Flagged:
    """One row of a finding."""

    row: int
    """Where it stands in the reader's table, from 0."""
    text: str
    label: str
    about: str
    """What makes it one: its group, its other label, its language, its length."""


@dataclass(frozen=True)
class Finding:
    """One kind of trouble and what was done about it."""

    kind: str
    flagged: tuple[Flagged, ...]
    action: str
    dropped: int
    """Rows that the action left out."""
    changed: int
    """Rows whose text or label the action changed."""
    values: Mapping[str, object] = field(default_factory=dict)
    """For the sentence about it."""


@dataclass(frozen=True)
class Treatment:
    """What the reader wants done."""

    actions: Mapping[str, str] = field(default_factory=dict)
    """By kind of finding."""
    labels: Mapping[int, str] = field(default_factory=dict)
    """Labels given by hand, by row; an empty one leaves the row out."""
    likeness: float = 0.6
    """From which two texts count as near-duplicates."""
    fewest: int = 10
    """Rows below which a class is small."""

    def __post_init__(self) -> None:
        for kind, action in self.actions.items():
            if action not in ACTIONS.get(kind, ()):
                raise GlassboxError("classification.data.error.action", kind=kind[:40], action=action[:40])

    def action(self, kind: str) -> str:
        """What is done about findings of this kind."""
        return self.actions.get(kind, ACTIONS[kind][0])
