"""Why LoRA's step is faster, measured: full tuning and LoRA in turn on the same batch.

Both read the whole model forwards. Backwards both carry the gradient through every layer; full tuning also
makes the gradient of every weight, another matrix product of the same size. A step of 2 + 2 + 2 operations a
weight and token becomes one of 2 + 2: at most 1.5 times as fast, and the optimizer, whose work grows with
the trained numbers and not with the batch, comes on top.
"""

from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any

import torch
from torch import Tensor

from core.memory.measure import measured_plan
from core.memory.tuned_model import open_for_training, tuned

SEED = 0


@dataclass(frozen=True)
class StepTime:
    """Median seconds of one core for each part of a step."""

    forward: float
    backward: float
    optimizer: float
    trained: int

    @property
    def total(self) -> float:
        """Of the whole step."""
        return self.forward + self.backward + self.optimizer


def step_times(preset: str, batch: int, length: int, rounds: int, rank: int = 8) -> tuple[StepTime, StepTime]:
    """Full tuning's step and LoRA's, taken in turn so that a busy machine slows both.

    Args:
        preset: a model that can be measured here.
        batch: sequences of a step.
        length: tokens of each.
        rounds: steps of each that count, behind one that does not.
        rank: of LoRA, on queries and values.
    """
    torch.manual_seed(SEED)
    size = {"preset": preset, "batch": batch, "length": length}
    models: list[Any] = []
    for settings in ({"method": "full"}, {"method": "lora", "rank": rank}):
        plan = measured_plan({**size, **settings})
        models.append(tuned(open_for_training(plan), plan))
    trained = [[value for value in model.parameters() if value.requires_grad] for model in models]
    optimizers = [torch.optim.AdamW(values, lr=1e-5) for values in trained]
    ids = torch.randint(1000, 20_000, (batch, length))
    times: list[list[tuple[float, float, float]]] = [[], []]
    for _ in range(rounds + 1):
        for place, model in enumerate(models):
            times[place].append(_step(model, optimizers[place], ids))
    full, lora = (
        _median(found[1:], sum(value.numel() for value in values))
        for found, values in zip(times, trained, strict=True)
    )
    return full, lora


def _median(times: list[tuple[float, float, float]], trained: int) -> StepTime:
    forward, backward, optimizer = (median(part) for part in zip(*times, strict=True))
    return StepTime(forward, backward, optimizer, trained)


def _step(model: Any, optimizer: torch.optim.Optimizer, ids: Tensor) -> tuple[float, float, float]:
    optimizer.zero_grad()
    started = process_time()
    found = model(input_ids=ids)
    loss = (
        found.logits.logsumexp(-1).mean() if hasattr(found, "logits") else found.pooler_output.square().mean()
    )
    forward = process_time()
    loss.backward()
    backward = process_time()
    optimizer.step()
    return forward - started, backward - forward, process_time() - backward
