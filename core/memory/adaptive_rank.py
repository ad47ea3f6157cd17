"""AdaLoRA's schedule in a real training: where the rank goes, and what it does to memory.

AdaLoRA (Zhang et al. 2023) writes an update as P diag(E) Q, starts with more rank than it wants, and
sets those entries of E to zero that matter least, first many, then few (equation 12, a cubic schedule),
until a mean rank is left. Here peft does that to MiniLM, which learns by heart which two of a few
sentences belong together. A rank that is cut is a zero in a tensor that stays as large as it was.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, cross_entropy

from core.memory.adaptive_rank_result import (
    MODEL,
    RankRun,
    RankSettings,
    TrainedBytes,
    check_rank_settings,
    sentences,
)
from core.memory.measure import measured_plan
from core.memory.measured_step import importance_scores, optimizer_states, tensor_bytes
from core.memory.plan import Plan
from core.memory.tuned_model import open_for_training, tuned

TEMPERATURE = 0.05
LEARNING_RATE = 2e-3
SEED = 0


@dataclass
class _Trainee:
    """A model in training."""

    model: Any
    optimizer: torch.optim.Optimizer

    def step(self, batch: dict[str, Tensor], behind: Callable[[], None] = lambda: None) -> float:
        """One step; `behind` is called while the gradients are still there."""
        self.optimizer.zero_grad()
        loss = _loss(self.model, batch)
        loss.backward()
        self.optimizer.step()
        behind()
        return loss.item()

    def bytes(self, scores: list[Tensor]) -> TrainedBytes:
        """Of what is trained, as it stands now."""
        trained = [value for value in self.model.parameters() if value.requires_grad]
        return TrainedBytes(
            adapter=tensor_bytes(trained),
            gradients=tensor_bytes(value.grad for value in trained if value.grad is not None),
            states=tensor_bytes(optimizer_states(self.optimizer)),
            scores=tensor_bytes(scores),
            saved=tensor_bytes(_saved_tensors(self.model)),
        )


def run_schedule(
    settings: RankSettings, report: Callable[[int, float], None] = lambda step, loss: None
) -> RankRun:
    """Train, note the ranks after every step, and count the bytes of the trained part.

    Args:
        settings: of the schedule.
        report: called behind every step with its number and loss; what it raises ends the run.

    Raises:
        GlassboxError: a rank or a number of steps that cannot be, or the model is not in order.
    """
    check_rank_settings(settings)
    plan, batch = _plan("adalora", settings.initial, settings), _batch()
    trainee = _trainee(plan, **_schedule(settings))
    ranks: list[tuple[int, ...]] = []
    losses: list[float] = []
    counts: list[TrainedBytes] = []

    def behind() -> None:
        trainee.model.base_model.update_and_allocate(len(losses))
        ranks.append(live_ranks(trainee.model))
        if len(losses) in (0, settings.steps - 1):
            counts.append(trainee.bytes(importance_scores(trainee.model)))

    while len(losses) < settings.steps:
        losses.append(trainee.step(batch, behind))
        report(len(losses), losses[-1])
    return RankRun(
        settings=settings,
        warm_up=settings.warm_up,
        settled=settings.settled,
        matrices=_matrices(trainee.model),
        ranks=tuple(ranks),
        losses=tuple(losses),
        before=counts[0],
        after=counts[-1],
        fixed=_fixed(settings, batch),
    )


def _saved_tensors(model: nn.Module) -> list[Tensor]:
    """What peft would write into a file: of AdaLoRA only the ranks that are left."""
    from peft import get_peft_model_state_dict

    with warnings.catch_warnings():
        # A matrix that is left with no rank at all is right here; peft takes it for a broken shard.
        warnings.simplefilter("ignore")
        return list(get_peft_model_state_dict(model).values())


def live_ranks(model: nn.Module) -> tuple[int, ...]:
    """Singular values of each matrix that are not zero."""
    return tuple(int((value != 0).sum()) for _, value in _singular_values(model))


def _singular_values(model: nn.Module) -> list[tuple[str, Tensor]]:
    return [(name, value) for name, value in model.named_parameters() if ".lora_E." in name]


def _matrices(model: nn.Module) -> tuple[str, ...]:
    """`block.name of the matrix`, as the figure labels them."""
    parts = [name.split(".") for name, _ in _singular_values(model)]
    return tuple(
        f"{next(part for part in path if part.isdigit())}.{path[path.index('lora_E') - 1]}" for path in parts
    )


def _plan(method: str, rank: int, settings: RankSettings) -> Plan:
    return measured_plan({"preset": MODEL, "method": method, "rank": rank, "targets": settings.targets})


def _schedule(settings: RankSettings) -> dict[str, int]:
    return {
        "target_r": settings.target,
        "tinit": settings.warm_up,
        "tfinal": settings.steps - settings.settled,
        "deltaT": 1,
        "total_step": settings.steps,
    }


def _trainee(plan: Plan, **schedule: int) -> _Trainee:
    torch.manual_seed(SEED)
    model = tuned(open_for_training(plan), plan, **schedule)
    trained = [value for value in model.parameters() if value.requires_grad]
    return _Trainee(model, torch.optim.AdamW(trained, lr=LEARNING_RATE))


def _fixed(settings: RankSettings, batch: dict[str, Tensor]) -> TrainedBytes:
    """LoRA whose rank is the schedule's mean from the start, behind one step."""
    trainee = _trainee(_plan("lora", settings.target, settings))
    trainee.step(batch)
    return trainee.bytes([])


def _batch() -> dict[str, Tensor]:
    from core.shelf.load import load_encoder

    _, tokenizer = load_encoder(MODEL)
    rows = [encoding.ids for encoding in tokenizer.encode_batch(list(sentences()))]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    return {"input_ids": ids, "attention_mask": (ids != 0).long()}


def _loss(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Of all other sentences the one that stands beside it must have the nearest vector.

    Source: Chen et al. 2020, "A Simple Framework for Contrastive Learning" (SimCLR), equation 1.
    """
    vectors = _vectors(model, batch)
    likeness = cosine_similarity(vectors[:, None], vectors[None], dim=-1) / TEMPERATURE
    others = likeness.masked_fill(torch.eye(len(vectors), dtype=torch.bool), -torch.inf)
    return cross_entropy(others, torch.arange(len(vectors)) ^ 1)


def _vectors(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Mean vector of each sentence, padding left out: (sentences, width)."""
    hidden = model(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None]
    means: Tensor = (hidden * mask).sum(1) / mask.sum(1)
    return means
