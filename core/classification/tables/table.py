"""A table as it was understood: columns of texts, how the file was read, and what had to be repaired."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LARGEST_FILE = 50_000_000
"""Bytes."""
MOST_ROWS = 300_000
MOST_COLUMNS = 200
MOST_CELLS = 3_000_000
LONGEST_CELL = 20_000
"""Characters; what is longer is cut, for no model here reads so far."""


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read; None is found out."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    """Whether the first row names the columns."""
    sheet: str | None = None
    """Of a workbook; the first that holds anything if None."""


@dataclass(frozen=True)
class Note:
    """Something that was repaired or is worth knowing: `classification.data.note.<kind>` with its values."""

    kind: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """What a parser found: equally long rows of texts, still with their header if there is one."""

    rows: list[list[str]]
    notes: tuple[Note, ...] = ()
    header: bool | None = None
    """True where the format names its columns itself; None where that is to be guessed."""
    how: Mapping[str, str] = field(default_factory=dict)
    """`kind`, and as far as they apply `encoding`, `delimiter`, `sheet`."""
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns of texts under different names."""

    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    """(columns, rows)."""
    notes: tuple[Note, ...] = ()
    how: Mapping[str, str] = field(default_factory=dict)
    """What the file turned out to be: `kind`, `encoding`, `delimiter`, `sheet`, `header`."""
    sheets: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.cells[0])

    def column(self, name: str) -> tuple[str, ...]:
        """The cells of the column `name`."""
        return self.cells[self.columns.index(name)]
