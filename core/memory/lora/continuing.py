"""Going on from a saved adapter when more orders arrive, against starting anew.

Three ways with the same new orders: a new adapter on the starting model; the saved adapter trained on; the
saved adapter merged, and a new one beside the merged weights. The file holds A and B, not the optimizer's
means, so that each begins with an optimizer that remembers nothing.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from core.memory.lora.adapter_file import put_into, read_adapter
from core.memory.lora.examples import MODEL, Batch, score
from core.memory.lora.low_rank import add_updates
from core.memory.lora.merging import merge
from core.memory.lora.tuning_result import ContinuedRun, Point, Strength
from core.memory.measure import measured_plan
from core.memory.tuned_model import open_for_training

WAYS = ("anew", "continued", "merged")
TIMES = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Of the alpha of training, at which the adapter is looked at."""


def open_model(seed: int = 0) -> nn.Module:
    """A copy of the starting model that is nobody else's."""
    torch.manual_seed(seed)
    return open_for_training(measured_plan({"preset": MODEL}))


def continued_run(
    way: str,
    adapter: Any,
    rank: int,
    alpha: float,
    learning_rate: float,
    batches: list[Batch],
    looked_at: Callable[[nn.Module, int], Point | None],
) -> ContinuedRun:
    """Train on the orders that came later.

    Args:
        way: one of WAYS.
        adapter: path of the saved adapter.
        rank: of the saved adapter and of a new one.
        alpha: likewise.
        learning_rate: of AdamW.
        batches: one a step.
        looked_at: called before the first step and behind each; what it returns is kept.

    Raises:
        GlassboxError: the adapter's file is missing, damaged or of another rank.
    """
    model = open_model()
    updates = add_updates(model, rank, alpha)
    if way != "anew":
        put_into(updates, read_adapter(adapter))
    if way == "merged":
        merge(model, updates)
        updates = add_updates(model, rank, alpha)
    trained = [parameter for layer in updates.values() for parameter in (layer.a, layer.b)]
    optimizer = torch.optim.AdamW(trained, lr=learning_rate, weight_decay=0.0)
    points = [looked_at(model, 0)]
    for step, batch in enumerate(batches, 1):
        optimizer.zero_grad()
        model(**batch, use_cache=False).loss.backward()
        optimizer.step()
        points.append(looked_at(model, step))
    return ContinuedRun(way, tuple(point for point in points if point is not None))


def strengths(
    adapter: Any, rank: int, alpha: float, looked_at: Callable[[nn.Module], Point]
) -> tuple[Strength, ...]:
    """The saved adapter with other alphas than it was trained with; nothing is trained.

    Raises:
        GlassboxError: the adapter's file is missing, damaged or of another rank.
    """
    model = open_model()
    updates = add_updates(model, rank, alpha)
    put_into(updates, read_adapter(adapter))
    found = []
    for times in TIMES:
        for layer in updates.values():
            layer.alpha = times * alpha
        found.append(Strength(times, looked_at(model)))
    return tuple(found)


def held_out_point(model: nn.Module, held_out: Batch, general: Batch, step: int) -> Point:
    """Both held-out texts at once."""
    on_task, on_text = score(model, held_out), score(model, general)
    return Point(step, on_task.loss, on_task.exact, on_text.loss)
