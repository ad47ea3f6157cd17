"""XLSX: measured as an archive before anything is unpacked, then read row by row.

A workbook is a zip of XML. A few kilobytes may claim to be gigabytes, so the number of its entries, their
declared sizes and their ratio to the packed size are looked at first; the process that reads has limits of
its own in case the declaration lies.
"""

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterable

from core.classification.tables.table import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Note, Rows
from core.errors import GlassboxError

MOST_ENTRIES = 1_000
LARGEST_UNPACKED = 300_000_000
"""Bytes of all entries."""
LARGEST_RATIO = 100
"""Of unpacked to packed; real sheets reach some 20."""
SMALL_ANYWAY = 10_000_000
"""Bytes below which the ratio does not matter: little text repeated packs well."""
OLD_FORMAT = b"\xd0\xcf\x11\xe0"
"""How .xls files begin, and workbooks with a password."""


def workbook_rows(content: bytes, sheet: str | None = None) -> Rows:
    """The rows of one sheet as texts: the first that holds anything, or the one of that name.

    Raises:
        GlassboxError: no workbook, one that unpacks to too much, no such sheet, or nothing in it.
    """
    check_archive(content)
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are not read
        try:
            values = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            names = tuple(each.title for each in values.worksheets)
            if sheet is not None and sheet not in names:
                raise GlassboxError("classification.data.error.sheet", sheet=sheet[:60])
            for name in (sheet,) if sheet else names:
                rows = _texts(values[name].iter_rows(values_only=True))
                if rows:
                    return _without_formulas(content, name, rows, names)
        except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, SyntaxError) as error:
            raise GlassboxError("classification.data.error.workbook") from error
    raise GlassboxError("classification.data.error.empty")


def check_archive(content: bytes) -> None:
    """Refuse what is no workbook, or one that would unpack to more than a table of texts needs.

    Raises:
        GlassboxError: says which.
    """
    if content.startswith(OLD_FORMAT):
        raise GlassboxError("classification.data.error.old_workbook")
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise GlassboxError("classification.data.error.workbook") from error
    if "xl/workbook.xml" not in [entry.filename for entry in entries]:
        raise GlassboxError("classification.data.error.no_table")
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked / max(1, len(content))
    too_dense = ratio > LARGEST_RATIO and unpacked > SMALL_ANYWAY
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED or too_dense:
        raise GlassboxError("classification.data.error.bomb", megabytes=unpacked / 1e6, ratio=ratio)


def _texts(rows: Iterable[tuple[object, ...]]) -> list[list[str]]:
    """The rows that hold anything, as texts; counted while they are read."""
    kept: list[list[str]] = []
    cells = 0
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise GlassboxError("classification.data.error.rows", most=MOST_ROWS)
        texts = [_text(value) for value in row]
        while texts and not texts[-1].strip():
            texts.pop()
        cells += len(texts)
        if len(texts) > MOST_COLUMNS:
            raise GlassboxError("classification.data.error.columns", count=len(texts), most=MOST_COLUMNS)
        if cells > MOST_CELLS:
            raise GlassboxError("classification.data.error.cells", most=MOST_CELLS)
        kept.append(texts)
    width = max(map(len, kept), default=0)
    return [row + [""] * (width - len(row)) for row in kept if row]


def _text(value: object) -> str:
    """A cell as a person reads it: whole numbers without a point, days without midnight."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _without_formulas(content: bytes, name: str, rows: list[list[str]], names: tuple[str, ...]) -> Rows:
    """The rows, with a note about formulas: the values that the spreadsheet stored are what is read."""
    from openpyxl import load_workbook

    notes = []
    if _holds_formulas(content):
        sheet = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)[name]
        count = sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
        if count:
            notes.append(Note("formulas", {"count": count}))
    if len(names) > 1:
        notes.append(Note("sheets", {"sheet": name, "count": len(names)}))
    return Rows(rows, tuple(notes), how={"kind": "workbook", "sheet": name}, sheets=names)


def _holds_formulas(content: bytes) -> bool:
    """Whether any sheet's XML has a formula element, so that a second reading is worth its time."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    for entry in archive.namelist():
        if entry.startswith("xl/worksheets/"):
            with archive.open(entry) as sheet:
                tail = b""
                while block := sheet.read(1 << 20):
                    if b"<f>" in tail + block or b"<f " in tail + block:
                        return True
                    tail = block[-2:]
    return False
