"""A measured step as text, as JSON and as a table's rows."""

from typing import Any

from core.memory.breakdown import SAVED
from core.memory.measure import PARTS, MeasuredStep, MeasuredTerm
from core.wording import Words

MEBIBYTE = 2**20


def as_measured_row(step: MeasuredStep) -> dict[str, Any]:
    """What the command prints: bytes a term, measured and predicted, with the error of each."""
    return {
        "model": step.settings.get("preset"),
        "method": step.settings.get("method", "full"),
        "device": step.device,
        "measured": {term.name: term.measured for term in step.terms},
        "predicted": {term.name: term.predicted for term in step.terms},
        "error": {term.name: term.error for term in step.terms},
        "saved_bytes": {
            "measured": step.activations.measured,
            "predicted": step.activations.predicted,
            "error": step.activations.error,
        },
        "total": {
            "measured": step.total.measured,
            "predicted": step.total.predicted,
            "error": step.total.error,
        },
        "params_grads_states_max_error": step.lasting_error,
        "trained": {"measured": step.measured_trained, "predicted": step.predicted_trained},
        "allocator_peak": step.allocator_peak,
        "predicted_total": step.predicted_total,
        "seconds": step.seconds,
    }


def shown_terms(step: MeasuredStep) -> list[MeasuredTerm]:
    """The step's terms in the order of a stacked bar, those that are nothing left out, and the sum."""
    named = [step.term(name) for name in (*PARTS, *SAVED)]
    return [*(term for term in named if term.predicted or term.measured), step.total]


def term_title(term: MeasuredTerm, words: Words) -> str:
    """The term's name in the reader's language."""
    key = "memory.check.total" if term.name == "total" else f"memory.predict.term.{term.name}"
    return words(key)


def percent(error: float) -> str:
    """An error as a reader wants it: with sign, and without a row of zeros that hides that it is there.

    >>> percent(-0.0341), percent(2e-9), percent(0.0)
    ('-3.41 %', '< 0.0001 %', '0 %')
    """
    if not error:
        return "0 %"
    if abs(error) < 1e-6:
        return "< 0.0001 %"
    return f"{100 * error:+.2f} %" if abs(error) >= 1e-3 else f"{100 * error:+.4f} %"


def step_table(step: MeasuredStep, words: Words) -> list[dict[str, object]]:
    """One row a term: predicted, measured, the difference in bytes and as a share."""
    return [
        {
            words("memory.check.column.term"): term_title(term, words),
            words("memory.check.column.predicted"): term.predicted,
            words("memory.check.column.measured"): term.measured,
            words("memory.check.column.difference"): term.predicted - term.measured,
            words("memory.check.column.error"): percent(term.error),
        }
        for term in shown_terms(step)
    ]


def tensor_table(step: MeasuredStep, words: Words) -> list[dict[str, object]]:
    """One row for each kind of tensor that autograd kept, the largest first."""
    return [
        {
            words("memory.check.column.shape"): group.shape,
            words("memory.check.column.format"): group.dtype,
            words("memory.check.column.count"): group.count,
            words("memory.check.column.mebibytes"): round(group.bytes / MEBIBYTE, 3),
            words("memory.check.column.place"): words(f"memory.predict.term.{group.place}"),
        }
        for group in step.tensors
    ]


def measured_report(step: MeasuredStep, words: Words) -> str:
    """The step for people: a line a term, the sum last."""
    lines = [
        words(
            "memory.check.line",
            title=term_title(term, words),
            predicted=term.predicted,
            measured=term.measured,
            error=percent(term.error),
        )
        for term in shown_terms(step)
    ]
    return "\n".join([words("memory.check.line_head"), *lines])
