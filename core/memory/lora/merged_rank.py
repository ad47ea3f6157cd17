"""ReLoRA's claim, measured: low-rank updates that are merged one behind the other are not of low rank.

The sum of k updates of rank r has at most rank k r. Source: Lialin et al. 2023, "ReLoRA", section 3.
"""

from typing import Any

import torch

from core.memory.lora.low_rank import LowRankLinear, add_updates
from core.memory.lora.merging import merge
from core.memory.measure import measured_plan
from core.memory.tuned_model import open_for_training

SEED = 0
TARGETS = {"smollm2-135m": ("q_proj",), "minilm-l6": ("query",)}
LEARNING_RATE = 2e-3


def merged_ranks(preset: str, rank: int, parts: int, steps: int, length: int = 24) -> tuple[int, ...]:
    """The rank of what has changed in one query matrix, behind each part.

    Args:
        preset: a model that can be measured here.
        rank: of each update.
        parts: updates that are trained and merged one behind the other.
        steps: of each part, on random tokens: the rank does not depend on what is learned.
        length: tokens of a step.
    """
    torch.manual_seed(SEED)
    model: Any = open_for_training(measured_plan({"preset": preset})).eval()
    found, first = [], None
    for _ in range(parts):
        updates = add_updates(model, rank, 2 * rank, TARGETS[preset])
        name, layer = list(updates.items())[len(updates) // 2]
        if first is None:
            first = layer.base.weight.detach().clone().double()
        _train(model, updates, steps, length)
        merge(model, updates)
        changed = model.get_submodule(name).weight.detach().double() - first
        values = torch.linalg.svdvals(changed)
        found.append(int((values > 1e-4 * values[0]).sum()))
    return tuple(found)


def _train(model: Any, updates: dict[str, LowRankLinear], steps: int, length: int) -> None:
    trained = [value for layer in updates.values() for value in (layer.a, layer.b)]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.0)
    for _ in range(steps):
        ids = torch.randint(1000, 20_000, (1, length))
        optimizer.zero_grad()
        found = model(input_ids=ids)
        if hasattr(found, "logits"):
            loss = torch.nn.functional.cross_entropy(found.logits[0, :-1], ids[0, 1:])
        else:
            loss = found.last_hidden_state.square().mean()
        loss.backward()
        optimizer.step()
