"""What to do when it does not fit: each remedy, what it saves here, and the way down to a card.

The order is that of the usual advice, cheapest first: what costs nothing, what costs time, what changes
the numbers that are trained, what needs the host's memory, what needs another device. How much each saves
depends on which term is large, so every one is predicted again for the plan at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import GlassboxError
from core.memory.breakdown import Breakdown
from core.memory.plan import Plan, plan_from
from core.memory.predict import predict
from core.memory.relevant import relevant_settings

Changes = dict[str, Any]
LEAST_SHARE = 20
"""A step of the path frees at least one part in so many."""


@dataclass(frozen=True)
class Lever:
    """One remedy and what it leads to."""

    name: str
    """`memory.calculate.lever.<name>` says what is done, `...cost.<name>` what it costs."""
    changes: Changes
    """Settings to change."""
    breakdown: Breakdown
    """With only this changed, or in a path with this and all before."""
    saved: int
    """Bytes of the device that it frees; negative where it takes more."""


def levers(settings: Mapping[str, Any]) -> tuple[Lever, ...]:
    """Every remedy that can be applied to the plan, each alone.

    Args:
        settings: of `core.memory.plan.plan_from`.

    Raises:
        GlassboxError: the plan itself cannot be.

    >>> found = levers({"preset": "llama-2-7b", "batch": 4, "length": 1024})
    >>> [lever.name for lever in found][:3]
    ['micro_batch', 'checkpoint', 'eight_bit']
    """
    plan = plan_from(settings)
    before = predict(plan).needed_per_device
    found = []
    for name, changes in _possible(plan):
        answer = _answer({**settings, **changes})
        if answer is not None:
            found.append(Lever(name, changes, answer, before - answer.needed_per_device))
    return tuple(found)


def path_to_fit(settings: Mapping[str, Any], memory: int) -> tuple[Lever, ...]:
    """Remedies applied one after the other, in the order of what they cost, until the plan fits.

    One that would free less than a twentieth is passed over. The last step may still not fit.

    Raises:
        GlassboxError: the plan itself cannot be.
    """
    current, steps = dict(settings), []
    need = predict(plan_from(current)).needed_per_device
    tried: set[str] = set()
    while need > memory:
        chosen = _next(current, need, tried)
        if chosen is None:
            break
        tried.add(chosen.name)
        current.update(chosen.changes)
        steps.append(chosen)
        need = chosen.breakdown.needed_per_device
    return tuple(steps)


def _next(settings: Mapping[str, Any], need: int, tried: set[str]) -> Lever | None:
    """The first remedy not tried yet that frees at least a twentieth."""
    for lever in levers(settings):
        if lever.name not in tried and lever.saved > need / LEAST_SHARE:
            return lever
    return None


def _answer(settings: Mapping[str, Any]) -> Breakdown | None:
    """The prediction, or None where the remedy is impossible for this model."""
    try:
        return predict(plan_from(relevant_settings(settings)))
    except GlassboxError:
        return None


def _possible(plan: Plan) -> list[tuple[str, Changes]]:
    """Remedies that change something, cheapest first."""
    found: list[tuple[str, Changes]] = []
    if plan.attention == "eager":
        found.append(("flash", {"attention": "flash"}))
    found += _training(plan) if plan.method.trains else _inference(plan)
    found += _sharing(plan)
    if plan.length > 1:
        found.append(("shorter", {"length": plan.length // 2}))
    return found


def _training(plan: Plan) -> list[tuple[str, Changes]]:
    found: list[tuple[str, Changes]] = []
    if plan.batch > 1:
        found.append(("micro_batch", {"batch": 1, "accumulation": plan.accumulation * plan.batch}))
    if plan.checkpointing != "full":
        found.append(("checkpoint", {"checkpointing": "full"}))
    if plan.optimizer in ("adamw", "paged-adamw"):
        found.append(("eight_bit", {"optimizer": "adamw-8bit"}))
    if plan.method.name in ("full", "freeze"):
        targets = {"targets": ["all"], "rank": 8}
        found.append(("lora", {"method": "lora", **targets}))
        found.append(("qlora", {"method": "qlora", **targets}))
    elif plan.method.name == "lora":
        found.append(("qlora", {"method": "qlora"}))
    if plan.parallel.offload == "none":
        found.append(("offload", {"offload": "optimizer"}))
    if plan.parallel.offload != "all":
        found.append(("offload_all", {"offload": "all"}))
    return found


def _inference(plan: Plan) -> list[tuple[str, Changes]]:
    found: list[tuple[str, Changes]] = []
    if plan.weight_format not in ("int8", "nf4", "nf4-single"):
        found.append(("int8", {"weight_format": "int8"}))
    if plan.weight_format != "nf4":
        found.append(("nf4", {"weight_format": "nf4"}))
    if plan.batch > 1:
        found.append(("fewer", {"batch": plan.batch // 2}))
    return found


def _sharing(plan: Plan) -> list[tuple[str, Changes]]:
    """More devices: the copies divide what they hold among them (ZeRO-3), or share each matrix."""
    parallel = plan.parallel
    if not plan.method.trains:
        twice = {"devices": 2 * parallel.devices, "tensor": 2 * parallel.tensor}
        return [("tensor", twice)]
    if parallel.copies > 1 and parallel.zero < 3:
        return [("zero", {"zero": 3})]
    return [("devices", {"devices": 2 * parallel.devices, "zero": 3})]
