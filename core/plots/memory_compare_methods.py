"""Methods side by side: stacked bars against a card, and a table."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.memory.compare import MethodRow
from core.memory.fit import GIGABYTE
from core.plots.legend import legend_below
from core.plots.memory_terms import GIBIBYTE, MEBIBYTE, add_stacked_terms, end_axis_at
from core.plots.theme import figure
from core.wording import Language, Words

Row = dict[str, object]


def methods_figure(
    rows: Sequence[MethodRow], card: str, gigabytes: float, zoomed: bool, words: Words
) -> go.Figure:
    """A stack for each method that is possible; zoomed, the axis ends behind the second longest."""
    known = [(row.method, row.breakdown) for row in rows if row.breakdown is not None]
    names = {term.name for _, answer in known for term in answer.terms if term.place != "host"}
    columns = {
        name: [
            sum(term.bytes for term in answer.terms if term.name == name and term.place != "host") / GIBIBYTE
            for _, answer in known
        ]
        for name in names
    }
    drawn = figure(
        words("memory.compare.methods.title"),
        words("memory.calculate.bar.x"),
        "",
        height=240 + 30 * len(known),
    )
    add_stacked_terms(
        drawn, [words(f"memory.compare.method.{method}") for method, _ in known], columns, words
    )
    totals = sorted(answer.total_per_device / GIBIBYTE for _, answer in known)
    longest = totals[-2] if zoomed and len(totals) > 1 else totals[-1]
    end_axis_at(drawn, longest, gigabytes, card)
    legend_below(drawn)
    return drawn


def method_rows(rows: Sequence[MethodRow], gigabytes: int, language: Language, words: Words) -> list[Row]:
    """A row for each method; one that is impossible says why in its last column."""
    return [_row(row, gigabytes, language, words) for row in rows]


def _row(row: MethodRow, gigabytes: int, language: Language, words: Words) -> Row:
    answer, column = row.breakdown, "memory.compare.column"
    if answer is None:
        why = row.error.text(language) if row.error is not None else ""
        return {words(f"{column}.method"): words(f"memory.compare.method.{row.method}")} | _empty(why, words)
    fits = answer.needed_per_device <= gigabytes * GIGABYTE
    return {
        words(f"{column}.method"): words(f"memory.compare.method.{row.method}"),
        words(f"{column}.total"): round(answer.total_per_device / GIBIBYTE, 2),
        words(f"{column}.fits"): "✓" if fits else "×",
        words(f"{column}.trained"): answer.trainable_parameters,
        words(f"{column}.share"): round(100 * answer.trainable_parameters / answer.parameters, 4),
        words(f"{column}.lasting"): round(
            sum(answer.bytes_of(name) for name in ("gradients", "states", "master")) / GIBIBYTE, 3
        ),
        words(f"{column}.kept"): round(answer.saved_bytes / GIBIBYTE, 2),
        words(f"{column}.file"): round(answer.adapter_bytes / MEBIBYTE, 2),
        words(f"{column}.note"): "",
    }


def _empty(why: str, words: Words) -> Row:
    names = ("total", "fits", "trained", "share", "lasting", "kept", "file")
    return {
        **{words(f"memory.compare.column.{name}"): None for name in names},
        words("memory.compare.column.note"): why,
    }
