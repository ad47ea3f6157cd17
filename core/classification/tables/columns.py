"""What each column holds, and which look like the texts and the labels."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from core.classification.tables.header import LABEL_NAMES, TEXT_NAMES, words_of
from core.classification.tables.table import Table

Kind = Literal["text", "number", "date", "empty"]
_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)?([.,]\d+)?([eE][-+]?\d+)?%?")
_DATE = re.compile(
    r"(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d{1,2}:\d{2}.*)?"
)
_LOOKED_AT = 5_000
"""Cells from which a column is judged."""
_NAMED = 3.0
"""What a telling name is worth against what a column holds."""


@dataclass(frozen=True)
class Column:
    """One column in figures."""

    name: str
    kind: Kind
    filled: int
    different: int
    mean_length: float
    """Characters of the filled cells."""
    longest: int
    example: str


@dataclass(frozen=True)
class Guess:
    """The columns that look like the texts and the labels; the same one never twice."""

    text: str
    label: str


def describe_columns(table: Table) -> tuple[Column, ...]:
    """Every column in figures."""
    return tuple(
        _describe(name, [cell.strip() for cell in cells])
        for name, cells in zip(table.columns, table.cells, strict=True)
    )


def guess_columns(columns: Sequence[Column]) -> Guess:
    """The texts are long and differ; labels are short, come again, and are no dates. Names count too.

    >>> rows = ("greet", "greet", "leave", "leave")
    >>> texts = ("good morning", "hi there", "see you", "bye for now")
    >>> guess_columns(describe_columns(Table(("kind", "said"), (rows, texts))))
    Guess(text='said', label='kind')
    """
    text = max(columns, key=_like_texts)
    others = [column for column in columns if column.name != text.name]
    return Guess(text.name, max(others, key=_like_labels).name)


def _describe(name: str, cells: list[str]) -> Column:
    filled = [cell for cell in cells if cell]
    looked = filled[:: max(1, len(filled) // _LOOKED_AT)]
    return Column(
        name,
        _kind(looked),
        len(filled),
        len(set(filled)),
        fmean(map(len, looked)) if looked else 0.0,
        max(map(len, filled), default=0),
        next(iter(filled), "")[:80],
    )


def _kind(cells: Sequence[str]) -> Kind:
    if not cells:
        return "empty"
    for kind, pattern in (("date", _DATE), ("number", _NUMBER)):
        if sum(bool(pattern.fullmatch(cell)) for cell in cells) > 0.9 * len(cells):
            return kind  # type: ignore[return-value]
    return "text"


def _like_texts(column: Column) -> float:
    if column.kind != "text":
        return -1.0
    named = _NAMED if words_of(column.name) & TEXT_NAMES else 0.0
    label_named = _NAMED if words_of(column.name) & LABEL_NAMES else 0.0
    return math.log1p(column.mean_length) * column.different / max(1, column.filled) + named - label_named


def _like_labels(column: Column) -> float:
    named = _NAMED if words_of(column.name) & LABEL_NAMES else 0.0
    share = column.different / max(1, column.filled)
    repeats = 1.0 - share if column.different > 1 else -1.0
    readable = 0.5 if column.kind == "text" else 0.0
    several = 0.2 if 3 <= column.different <= 200 else 0.0
    dated = 2.0 if column.kind in ("date", "empty") else 0.0
    return named + repeats + readable + several - dated - min(1.0, column.mean_length / 100)
