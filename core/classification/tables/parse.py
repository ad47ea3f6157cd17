"""From the bytes of a file to a table: what it is, its rows, the names of its columns.

Called for strangers' files only in a process with limits (worker.py); for the project's own directly.
"""

from collections import Counter
from dataclasses import replace

from core.classification.tables.delimited import delimited_rows
from core.classification.tables.encoding import REPLACED, decoded
from core.classification.tables.header import has_header
from core.classification.tables.json_lines import json_rows
from core.classification.tables.table import (
    LONGEST_CELL,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    Note,
    ReadOptions,
    Rows,
    Table,
)
from core.classification.tables.workbook import OLD_FORMAT, workbook_rows
from core.errors import GlassboxError


def parse_table(content: bytes, options: ReadOptions | None = None) -> Table:
    """The table in `content`, whatever its file was called.

    Raises:
        GlassboxError: it is none, has one column, no rows, too many, or cannot be understood.

    >>> parse_table(b"text,label\\nhi,greet\\nbye,leave\\n").columns
    ('text', 'label')
    """
    options = options or ReadOptions()
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", OLD_FORMAT)):
        return _table(workbook_rows(content, options.sheet), options)
    text, encoding = decoded(content, options.encoding)
    if text.lstrip().startswith(("{", "[{")) and options.delimiter is None:
        rows = json_rows(text)
    else:
        rows = delimited_rows(text, options.delimiter)
    notes = rows.notes
    if REPLACED in text:
        notes = (Note("broken_bytes", {"count": text.count(REPLACED)}), *notes)
    if not encoding.startswith("utf") and options.encoding is None:
        notes = (Note("encoding", {"encoding": encoding}), *notes)
    return _table(replace(rows, notes=notes, how={**rows.how, "encoding": encoding}), options)


def _table(found: Rows, options: ReadOptions) -> Table:
    """Names for the columns, the rest as cells, and everything within its limits."""
    rows = found.rows
    if len(rows) > MOST_ROWS + 1:
        raise GlassboxError("classification.data.error.rows", most=MOST_ROWS)
    if len(rows[0]) > MOST_COLUMNS:
        raise GlassboxError("classification.data.error.columns", count=len(rows[0]), most=MOST_COLUMNS)
    if len(rows) * len(rows[0]) > MOST_CELLS:
        raise GlassboxError("classification.data.error.cells", most=MOST_CELLS)
    notes = list(found.notes)
    header = found.header
    if header is None:
        header = options.header if options.header is not None else has_header(rows)
        if not header and options.header is None:
            notes.append(Note("no_header"))
    names, renamed = column_names(rows[0] if header else [""] * len(rows[0]))
    if renamed:
        notes.append(Note("same_names", {"names": ", ".join(renamed)[:200]}))
    body = rows[1:] if header else rows
    used = [place for place in range(len(names)) if any(row[place].strip() for row in body)]
    if not used:
        raise GlassboxError("classification.data.error.empty")
    if len(used) < 2:
        raise GlassboxError("classification.data.error.one_column")
    cut = [len(cell) for row in body for cell in row if len(cell) > LONGEST_CELL]
    if cut:
        notes.append(Note("long_cells", {"count": len(cut), "longest": max(cut), "most": LONGEST_CELL}))
    cells = tuple(tuple(_whole(row[place][:LONGEST_CELL]) for row in body) for place in used)
    how = {**found.how, "header": "yes" if header else "no"}
    return Table(tuple(names[place] for place in used), cells, tuple(notes), how, found.sheets)


def column_names(given: list[str]) -> tuple[list[str], list[str]]:
    """A name of its own for every column, and the names that occurred twice.

    >>> column_names(["text", "label", "label", ""])
    (['text', 'label', 'label (2)', 'column 4'], ['label'])
    """
    cleaned = [" ".join(name.split())[:80] for name in given]
    repeated = [name for name, count in Counter(cleaned).items() if name and count > 1]
    names: list[str] = []
    for place, name in enumerate(cleaned, 1):
        base = wanted = name or f"column {place}"
        number = 2
        while wanted in names:
            wanted, number = f"{base} ({number})", number + 1
        names.append(wanted)
    return names, repeated


def _whole(cell: str) -> str:
    """The cell without halves of surrogate pairs, which no file or screen can hold."""
    return cell.encode("utf-8", "replace").decode()
