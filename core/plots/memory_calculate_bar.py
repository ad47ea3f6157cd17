"""The answer as one stacked bar against a card, and as a table of terms with their formulas."""

import plotly.graph_objects as go

from core.memory.breakdown import Breakdown, Term
from core.memory.report import formula
from core.plots.legend import legend_below
from core.plots.memory_terms import GIBIBYTE, add_stacked_terms, end_axis_at
from core.plots.theme import figure
from core.wording import Words

Row = dict[str, object]


def breakdown_figure(breakdown: Breakdown, card: str, gigabytes: float, words: Words) -> go.Figure:
    """Every term of one device in a stack, a line at the card's end; a second bar for the host's memory."""
    places = ["device"] + (["host"] if breakdown.host_bytes else [])
    labels = [words(f"memory.calculate.bar.{place}") for place in places]
    columns = {
        term.name: [
            term.bytes / GIBIBYTE if (term.place == "host") == (place == "host") else 0.0 for place in places
        ]
        for term in breakdown.terms
    }
    drawn = figure(
        words("memory.calculate.bar.title", total=breakdown.total_per_device / GIBIBYTE),
        words("memory.calculate.bar.x"),
        "",
        height=215 + 18 * len(breakdown.terms) + 50 * (len(places) - 1),
    )
    add_stacked_terms(drawn, labels, columns, words)
    longest = max(breakdown.total_per_device, breakdown.host_bytes) / GIBIBYTE
    end_axis_at(drawn, longest, gigabytes, card)
    legend_below(drawn)
    return drawn


def term_rows(breakdown: Breakdown, words: Words) -> list[Row]:
    """A row for each term: its size, where it is, its formula with the numbers; the total last."""
    total = breakdown.total_per_device
    rows: list[Row] = [
        {
            words("memory.calculate.column.term"): words(f"memory.predict.term.{term.name}"),
            words("memory.calculate.column.gibibytes"): f"{term.bytes / GIBIBYTE:,.3f}",
            words("memory.calculate.column.share"): f"{term.bytes / total:.1%}"
            if term.place != "host" and total
            else "–",
            words("memory.calculate.column.formula"): _said(
                _formula(breakdown, term, words), term.place, words
            ),
        }
        for term in breakdown.terms
    ]
    last: Row = {
        words("memory.calculate.column.term"): words("memory.calculate.column.total"),
        words("memory.calculate.column.gibibytes"): f"{total / GIBIBYTE:,.3f}",
        words("memory.calculate.column.share"): "100%",
        words("memory.calculate.column.formula"): words("memory.calculate.column.bytes", bytes=total),
    }
    return [*rows, last]


def _formula(breakdown: Breakdown, term: Term, words: Words) -> str:
    """The term's formula; of what is kept outside the blocks, every tensor with its bytes."""
    if term.name != "outside" or breakdown.saved is None:
        return formula(term, words)
    sums: dict[str, int] = {}
    for kept in (*breakdown.saved.before, *breakdown.saved.after):
        sums[kept.name] = sums.get(kept.name, 0) + kept.bytes
    parts = " + ".join(
        f"{words(f'memory.predict.kept.{name}')} {size:,}" for name, size in sums.items() if size
    )
    held = term.values["in_flight"]
    return f"({parts}) × {held}" if held != 1 else parts


def _said(text: str, place: str, words: Words) -> str:
    """The formula, and where the term is if not on the device."""
    return text if place == "device" else f"{text} – {words(f'memory.predict.place.{place}')}"


def term_csv_rows(breakdown: Breakdown, words: Words) -> list[Row]:
    """The same with exact bytes."""
    return [
        {
            words("memory.calculate.column.term"): words(f"memory.predict.term.{term.name}"),
            words("memory.calculate.column.exact"): term.bytes,
            words("memory.calculate.column.place"): words(f"memory.predict.place.{term.place}"),
            words("memory.calculate.column.formula"): _formula(breakdown, term, words),
        }
        for term in breakdown.terms
    ]
