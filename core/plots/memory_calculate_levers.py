"""What each remedy frees, and the way down to a card."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.memory.breakdown import Breakdown
from core.memory.levers import Lever
from core.plots.memory_terms import GIBIBYTE, add_stacked_terms, end_axis_at
from core.plots.theme import figure
from core.wording import Words

Row = dict[str, object]


def path_figure(
    before: Breakdown, steps: Sequence[Lever], card: str, gigabytes: float, words: Words
) -> go.Figure:
    """The stacked terms as planned and after each remedy, one below the other."""
    answers = [before, *(step.breakdown for step in steps)]
    labels = [words("memory.calculate.path.start")]
    labels += [
        words("memory.calculate.path.step", number=number, name=words(f"memory.calculate.short.{step.name}"))
        for number, step in enumerate(steps, start=1)
    ]
    names = {term.name for answer in answers for term in answer.terms if term.place != "host"}
    columns = {name: [_on_device(answer, name) / GIBIBYTE for answer in answers] for name in names}
    drawn = figure(
        words("memory.calculate.path.title", card=card),
        words("memory.calculate.bar.x"),
        "",
        height=230 + 36 * len(answers),
    )
    add_stacked_terms(drawn, labels, columns, words)
    end_axis_at(drawn, max(answer.total_per_device for answer in answers) / GIBIBYTE, gigabytes, card)
    drawn.update_layout(showlegend=False)
    return drawn


def _on_device(breakdown: Breakdown, name: str) -> int:
    return sum(term.bytes for term in breakdown.terms if term.name == name and term.place != "host")


def lever_rows(found: Sequence[Lever], memory: int, words: Words) -> list[Row]:
    """A row for each remedy alone: what is done, what it frees, whether it then fits, what it costs."""
    return [
        {
            words("memory.calculate.column.lever"): words(f"memory.calculate.lever.{lever.name}"),
            words("memory.calculate.column.freed"): f"{lever.saved / GIBIBYTE:,.1f}",
            words("memory.calculate.column.then"): f"{lever.breakdown.needed_per_device / GIBIBYTE:,.1f}"
            + (" ✓" if lever.breakdown.needed_per_device <= memory else ""),
            words("memory.calculate.column.price"): words(f"memory.calculate.price.{lever.name}"),
        }
        for lever in sorted(found, key=lambda lever: -lever.saved)
    ]
