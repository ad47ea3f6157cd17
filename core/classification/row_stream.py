"""The rows of a file one after another, however long it is.

A delimited text is read as it passes by, and nothing of it is kept: its encoding and delimiter are told
from its beginning. A workbook or JSON Lines cannot be read so; they go through the reader of uploads, with
its limits.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.classification.tables.delimited import detected_delimiter
from core.classification.tables.encoding import decoded
from core.classification.tables.read import read_table_file
from core.errors import GlassboxError

LOOKED_AT = 200_000
"""Bytes from which encoding and delimiter are told."""
LONGEST_CELL = 2_000_000
"""Characters; a quote that never closes makes a cell of the rest of the file."""
_WHOLE = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"{")


@dataclass
class RowStream:
    """Rows of cells under columns; to be walked once."""

    columns: tuple[str, ...]
    rows: Iterator[list[str]]
    file: BinaryIO | None
    size: int

    def __iter__(self) -> Iterator[list[str]]:
        return self.rows

    @property
    def share(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        if self.file is None or self.file.closed or not self.size:
            return 1.0
        return min(1.0, self.file.tell() / self.size)


@contextmanager
def open_rows(path: Path) -> Iterator[RowStream]:
    """The file at `path` as a stream of rows; its first row names the columns.

    A row that is shorter is filled up; what a longer one has too much goes into its last cell.

    Raises:
        GlassboxError: no such file, empty, no text; while walking: a cell without an end.
    """
    try:
        with path.open("rb") as file:
            start = file.read(LOOKED_AT)
            file.seek(0)
            if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_WHOLE):
                table = read_table_file(path)
                yield RowStream(table.columns, map(list, zip(*table.cells, strict=True)), None, 0)
            else:
                yield _delimited(file, start, path.stat().st_size)
    except OSError as error:
        raise GlassboxError("classification.data.error.no_file", file=path.name[:80]) from error


def _delimited(file: BinaryIO, start: bytes, size: int) -> RowStream:
    text, encoding = decoded(start)
    if encoding == "utf-8":
        encoding = "utf-8-sig"
    elif encoding == "utf-16" and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    delimiter = detected_delimiter(text.replace("\0", ""))
    lines = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    rows = _cells(lines, delimiter)
    columns = tuple(name.strip() for name in next(rows, []))
    if not any(columns):
        raise GlassboxError("classification.data.error.empty")
    return RowStream(columns, _even(rows, len(columns), delimiter), file, size)


def _cells(lines: io.TextIOWrapper, delimiter: str) -> Iterator[list[str]]:
    """Rows that hold anything; NUL characters are left out."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader((line.replace("\0", "") for line in lines), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise GlassboxError("classification.train.error.endless_cell", line=reader.line_num) from error
        if any(cell.strip() for cell in row):
            yield row


def _even(rows: Iterator[list[str]], width: int, delimiter: str) -> Iterator[list[str]]:
    for row in rows:
        if len(row) > width:
            row = [*row[: width - 1], delimiter.join(row[width - 1 :])]
        yield row + [""] * (width - len(row))
