"""Results as CSV that a spreadsheet can open without running what is in it.

A cell that begins with = + - @, a tab or a carriage return may be read as a formula; such a cell gets an
apostrophe in front, unless it is a number.
Source: OWASP, "CSV Injection".
"""

import csv
import io
from collections.abc import Iterable, Mapping

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral_cell(value: object) -> object:
    """`value` as it may stand in a CSV cell; numbers, and texts that are numbers, stay as they are.

    >>> neutral_cell("=1+1"), neutral_cell("-0.5"), neutral_cell(-3), neutral_cell("- a list")
    ("'=1+1", '-0.5', -3, "'- a list")
    """
    if not isinstance(value, str) or not value.startswith(FORMULA_STARTS) or _is_number(value):
        return value
    return "'" + value


def csv_text(rows: Iterable[Mapping[str, object]]) -> str:
    """The rows as CSV with a header of the first row's names; no rows give an empty text.

    Raises:
        ValueError: a later row has a name that the first does not have.

    >>> csv_text([{"knob": 0.9, "text": "@home"}]).splitlines()
    ['knob,text', "0.9,'@home"]
    """
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return ""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [neutral_cell(name) for name in first])
    writer.writeheader()
    for row in (first, *iterator):
        writer.writerow({neutral_cell(name): neutral_cell(value) for name, value in row.items()})
    return buffer.getvalue()


def _is_number(text: str) -> bool:
    """Whether `text` is a plain number; float() alone would also take spaces, underscores and words."""
    try:
        float(text)
    except ValueError:
        return False
    return set(text) <= set("0123456789+-.eE")
