"""A breakdown as text and as JSON."""

from typing import Any

from core.memory.breakdown import Breakdown, Term
from core.wording import Words

MEBIBYTE = 2**20
NEUTRAL = {"parts": 1, "in_flight": 1, "gathered": 0}
"""Values of a formula at which the part of its text that names them is left out."""


def as_row(breakdown: Breakdown) -> dict[str, Any]:
    """What the command prints: bytes a term, totals, counts."""
    return {
        "model": breakdown.plan.architecture.name,
        "method": breakdown.plan.method.name,
        "stage": breakdown.stage,
        "terms": {term.name: term.bytes for term in breakdown.terms},
        "places": {term.name: term.place for term in breakdown.terms},
        "total_per_device": breakdown.total_per_device,
        "host_bytes": breakdown.host_bytes,
        "saved_bytes": breakdown.saved_bytes,
        "parameters": breakdown.parameters,
        "active_parameters": breakdown.active_parameters,
        "trainable_parameters": breakdown.trainable_parameters,
        "adapter_bytes": breakdown.adapter_bytes,
    }


def formula(term: Term, words: Words) -> str:
    """The term's formula with its numbers; a division or a sum appears where it changes something.

    >>> from core.wording import wording
    >>> whole = {"numbers": 10, "each": 4, "parts": 1, "tensor": 1}
    >>> formula(Term("master", 40, whole), wording)
    '10 trained parameters × 4 bytes'
    >>> formula(Term("master", 20, {**whole, "parts": 2}), wording)
    '10 trained parameters × 4 bytes, ÷ 2 devices'
    """
    text = words(term.formula, **term.values)
    for name, neutral in NEUTRAL.items():
        if term.values.get(name, neutral) != neutral:
            text += words(f"memory.predict.formula.more.{name}", **term.values)
    return text


def report(breakdown: Breakdown, words: Words) -> str:
    """The breakdown for people: a line a term, its formula behind it."""
    lines = [
        words(
            "memory.predict.line",
            title=words(f"memory.predict.term.{term.name}"),
            size=term.bytes / MEBIBYTE,
            place=words(f"memory.predict.place.{term.place}"),
            formula=formula(term, words),
        )
        for term in breakdown.terms
    ]
    parameters, trainable = breakdown.parameters, breakdown.trainable_parameters
    summary = words(
        "memory.predict.summary",
        total=breakdown.total_per_device / MEBIBYTE,
        bytes=breakdown.total_per_device,
        parameters=parameters,
        trainable=trainable,
        share=100 * trainable / parameters,
        adapter=breakdown.adapter_bytes / MEBIBYTE,
    )
    return "\n".join([*lines, summary])
