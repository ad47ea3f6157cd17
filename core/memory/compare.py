"""Many predictions side by side: methods in a table, one setting along a curve."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import GlassboxError
from core.memory.breakdown import TERMS, Breakdown
from core.memory.methods import METHODS
from core.memory.plan import Plan
from core.memory.predict import predict

Setting = Literal["rank", "batch", "length", "devices", "tokens"]


@dataclass(frozen=True)
class MethodRow:
    """One method on the same model, batch and length."""

    method: str
    breakdown: Breakdown | None
    error: GlassboxError | None
    """Why the method is impossible here, such as BitFit on a model without biases."""


@dataclass(frozen=True)
class Curve:
    """The same plan under several values of one setting."""

    setting: str
    values: tuple[int, ...]
    totals: tuple[int, ...]
    """Bytes a device."""
    terms: dict[str, tuple[int, ...]]
    """By name of the term, those that are ever more than 0."""
    trainable: tuple[int, ...]


def compare_methods(plan: Plan, methods: Sequence[str] = METHODS) -> tuple[MethodRow, ...]:
    """The plan under every method, its settings kept.

    QLoRA keeps its frozen matrices in 4 bits; every other method keeps them as the plan's precision says.
    """
    rows = []
    for name in methods:
        try:
            rows.append(MethodRow(name, predict(replace(plan, method=replace(plan.method, name=name))), None))
        except GlassboxError as error:
            rows.append(MethodRow(name, None, error))
    return tuple(rows)


def curve(plan: Plan, setting: Setting, values: Sequence[int]) -> Curve:
    """Predict for each of `values`.

    Raises:
        GlassboxError: one of them makes a plan that cannot be.

    >>> from core.memory.plan import plan_from
    >>> lora = plan_from({"preset": "smollm2-135m", "method": "lora", "targets": "q,v"})
    >>> curve(lora, "rank", (1, 2, 4)).trainable
    (57600, 115200, 230400)
    """
    answers = [predict(with_setting(plan, setting, value)) for value in values]
    terms = {name: tuple(answer.bytes_of(name) for answer in answers) for name in TERMS}
    return Curve(
        setting=setting,
        values=tuple(values),
        totals=tuple(answer.total_per_device for answer in answers),
        terms={name: column for name, column in terms.items() if any(column)},
        trainable=tuple(answer.trainable_parameters for answer in answers),
    )


def with_setting(plan: Plan, setting: Setting, value: int) -> Plan:
    """The plan with one setting changed."""
    if setting == "devices":
        return replace(plan, parallel=replace(plan.parallel, devices=value))
    if setting in ("rank", "tokens"):
        method = replace(plan.method, rank=value) if setting == "rank" else replace(plan.method, tokens=value)
        return replace(plan, method=method)
    return replace(plan, batch=value) if setting == "batch" else replace(plan, length=value)
