"""CSV and its relatives: which character divides the cells, and rows of equal length.

The delimiter is the one under which most rows have the same number of cells, and more than one. Quotes are
read as RFC 4180 says; where the last quote of a file never closes, they are read as plain characters if
that gives a regular table, and refused with their line if not.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from core.classification.tables.table import Note, Rows
from core.errors import GlassboxError

DELIMITERS = (",", "\t", ";", "|")
_TRIED_ROWS = 300
_REGULAR = 0.9
"""Share of rows with the same number of cells that counts as a table."""
_SHOWN_LINES = 5


def delimited_rows(text: str, delimiter: str | None = None) -> Rows:
    """The rows of a delimited text, all of the commonest length.

    Shorter rows are filled up, longer ones left out and counted in a note.

    Raises:
        GlassboxError: empty, one column, a quote that never closes, or rows of all lengths.
    """
    notes = []
    if "\0" in text:
        notes.append(Note("zeros", {"count": text.count("\0")}))
        text = text.replace("\0", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise GlassboxError("classification.data.error.empty")
    csv.field_size_limit(max(len(text), 1))
    chosen = delimiter or detected_delimiter(text)
    open_quote = unclosed_quote(text, chosen)
    if open_quote:
        notes.append(Note("open_quote", {"line": open_quote}))
    found = list(_records(text, chosen, quotes=not open_quote))
    if open_quote and _regularity([row for _, row in found])[0] < _REGULAR:
        raise GlassboxError("classification.data.error.open_quote", line=open_quote)
    rows, more = _even(found)
    return Rows(rows, (*notes, *more), how={"kind": "delimited", "delimiter": chosen})


def detected_delimiter(text: str) -> str:
    """The delimiter under which the first rows are most regular; of equals the one with more cells.

    >>> detected_delimiter("text;label\\n1,5 litres;size\\n2,5 litres;size\\n")
    ';'
    """
    start = "\n".join(text.split("\n", _TRIED_ROWS + 1)[:_TRIED_ROWS])

    def regular(delimiter: str) -> tuple[bool, float, int]:
        share, cells = _regularity([row for _, row in _records(start, delimiter)])
        return cells > 1, round(share, 2), cells

    return max(DELIMITERS, key=regular)


def unclosed_quote(text: str, delimiter: str) -> int:
    """The line where the quote opens that is still open at the end of the text, from 1; 0 if none.

    >>> unclosed_quote('a,b\\n"never closed,c\\nd,e\\n', ",")
    2
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    try:
        while True:
            line = reader.line_num + 1
            next(reader)
    except StopIteration:
        return 0
    except csv.Error as error:
        # Strict reading also stumbles over letters behind a closing quote, which are harmless.
        if "unexpected end" in str(error):
            return line
    return _last_open(text, delimiter)


def _last_open(text: str, delimiter: str) -> int:
    """The line of a quote that swallows the end of the text, where strict reading stopped earlier."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before, line = 0, 0
    for _ in reader:
        before, line = line, reader.line_num
    lost = text.rstrip("\n").split("\n")[before:line]
    return before + 1 if len(lost) > 1 and "\n".join(lost).count('"') % 2 else 0


def _records(text: str, delimiter: str, quotes: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds anything, with the line where it begins, from 1."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
        skipinitialspace=delimiter != "\t",
    )
    line = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


def _regularity(rows: list[list[str]]) -> tuple[float, int]:
    """The share of rows with the commonest number of cells, and that number."""
    if not rows:
        return 0.0, 0
    cells, count = Counter(map(len, rows)).most_common(1)[0]
    return count / len(rows), cells


def _even(found: list[tuple[int, list[str]]]) -> tuple[list[list[str]], list[Note]]:
    """Rows of the commonest length, and notes about the others.

    Raises:
        GlassboxError: nothing there, one column, or no length that half of the rows have.
    """
    if not found:
        raise GlassboxError("classification.data.error.empty")
    share, cells = _regularity([row for _, row in found])
    cells = max(cells, len(found[0][1])) if share < 1 and len(found[0][1]) - cells == 1 else cells
    long = [line for line, row in found if len(row) > cells and any(map(str.strip, row[cells:]))]
    short = [line for line, row in found if len(row) < cells]
    if share < 0.5:
        raise GlassboxError("classification.data.error.ragged", line=(long or short)[0], cells=cells)
    if cells < 2:
        raise GlassboxError("classification.data.error.one_column")
    left_out = set(long)
    rows = [(row + [""] * cells)[:cells] for line, row in found if line not in left_out]
    notes = []
    for kind, lines in (("long_rows", long), ("short_rows", short)):
        if lines:
            shown = ", ".join(map(str, lines[:_SHOWN_LINES])) + ("…" if len(lines) > _SHOWN_LINES else "")
            notes.append(Note(kind, {"count": len(lines), "lines": shown, "cells": cells}))
    return rows, notes
