"""A model that is tuned by one method: opened, taken through steps that are timed, its bytes counted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from time import process_time
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from core.memory.architecture import Architecture
from core.memory.lora.by_hand import add_adapters, add_biases
from core.memory.lora.examples import MODEL, Batch
from core.memory.lora.low_rank import LowRankLinear, add_updates
from core.memory.lora.merging import merge
from core.memory.lora.tuning_result import StepSeconds
from core.memory.lora.virtual_tokens import prefix_start, prompt_start
from core.memory.measure import measured_plan
from core.memory.measured_step import SavedTensors, importance_scores, optimizer_states, tensor_bytes
from core.memory.trained import saved_numbers
from core.memory.tuned_model import base_parameters, open_for_training, tuned

SEED = 0
PROMPT_START = "Write the order as a record with four fields: name, goods, amount and day, parted by bars. "
"""Text from which virtual tokens start."""
BYTES = 4


@dataclass
class Trainee:
    """One model in training."""

    name: str
    """A row of the comparison."""
    settings: dict[str, object]
    learning_rate: float
    steps: int
    """That the training will have; AdaLoRA's schedule has to know."""
    tokenizer: Tokenizer
    seed: int = SEED
    updates: dict[str, LowRankLinear] = field(default_factory=dict)
    """Of `relora`, whose updates are the written-out ones."""
    bytes: dict[str, int] = field(default_factory=dict)
    _times: list[tuple[float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        torch.manual_seed(self.seed)
        self.method = str(self.settings["method"])
        self.plan = measured_plan({"preset": MODEL, **self._as_plan()})
        model = open_for_training(self.plan)
        self.base = base_parameters(model)
        self.model: Any = self._tuned(model)
        self.optimizer = self._new_optimizer()

    def step(self, batch: Batch) -> float:
        """One step on a batch; the first is counted, the others are timed."""
        counted = None if self.bytes else SavedTensors((*self.model.parameters(), *self.model.buffers()))
        more = {} if self.method == "prefix" else {"use_cache": False}
        self.optimizer.zero_grad()
        started = process_time()
        if counted:
            handles = counted.watch(self.model)
            with counted:
                loss = self.model(**batch, **more).loss
            for handle in handles:
                handle.remove()
            counted.let_go()
        else:
            loss = self.model(**batch, **more).loss
        forward = process_time()
        loss.backward()
        backward = process_time()
        self.optimizer.step()
        self._times.append((forward - started, backward - forward, process_time() - backward))
        if self.method == "adalora":
            self.model.base_model.update_and_allocate(len(self._times))
        if counted:
            self.bytes = self._counted(counted)
        return float(loss.detach())

    def restart(self) -> None:
        """ReLoRA: the update goes into the weights, a new one starts, the optimizer forgets.

        Source: Lialin et al. 2023, "ReLoRA", section 3; its learning-rate warm-up after each restart is
        left out.
        """
        merge(self.model, self.updates)
        self.updates = add_updates(self.model, self.plan.method.rank, self.plan.method.alpha)
        self.optimizer = self._new_optimizer()

    @property
    def trained(self) -> int:
        """Numbers with a gradient."""
        return sum(parameter.numel() for parameter in self._trained())

    @property
    def saved(self) -> int:
        """Bytes to keep: ReLoRA's sum of updates is as large as what it was merged into."""
        if self.method == "relora":
            return BYTES * sum(layer.base.weight.numel() for layer in self.updates.values())
        if self.method in ("adapter", "bitfit"):
            return BYTES * self.trained
        if self.method == "adalora":
            return tensor_bytes(_live(self.model))
        return BYTES * saved_numbers(self._architecture, self.plan.method)

    def seconds(self) -> StepSeconds:
        """Medians over the steps behind the first, whose tensors were counted on the way."""
        return StepSeconds(*(median(part) for part in zip(*self._times[1:], strict=True)))

    @torch.no_grad()
    def weight(self, name: str) -> Tensor:
        """A matrix as the model now uses it, its update merged: (outputs, inputs)."""
        module: Any = next(module for own, module in self.model.named_modules() if own.endswith(name))
        if isinstance(module, LowRankLinear):
            return module.base.weight + module.update()
        if hasattr(module, "get_delta_weight"):
            return module.get_base_layer().weight + module.get_delta_weight("default")
        weight: Tensor = module.weight.clone()
        return weight

    @property
    def _architecture(self) -> Architecture:
        return self.plan.architecture

    def _as_plan(self) -> dict[str, object]:
        """The settings with a method that a plan knows; what is put in by hand starts plain."""
        if self.method == "relora":
            return {**self.settings, "method": "lora"}
        if self.method in ("bitfit", "adapter"):
            return {"method": "full"}
        return self.settings

    def _tuned(self, model: nn.Module) -> nn.Module:
        if self.method == "relora":
            self.updates = add_updates(model, self.plan.method.rank, self.plan.method.alpha)
        elif self.method == "bitfit":
            add_biases(model)
        elif self.method == "adapter":
            add_adapters(model, int(str(self.settings["hidden"])))
        elif self.method == "adalora":
            warm, settled = self.steps // 6, self.steps // 3
            rank = self.plan.method.rank * 2 // 3
            schedule = {"tinit": warm, "tfinal": settled, "deltaT": 1, "total_step": self.steps}
            return tuned(model, self.plan, target_r=rank, **schedule)
        else:
            starts = {"prompt": prompt_start, "prefix": prefix_start}
            words = self._words() if self.method in starts else []
            start = starts[self.method](model, words) if words else None
            model = tuned(model, self.plan)
            if start is not None:
                model.prompt_encoder["default"].embedding.weight.data.copy_(start)  # type: ignore[index, union-attr]
        return model

    def _words(self) -> list[int]:
        """Tokens to start from, as many as there are virtual ones."""
        tokens = self.plan.method.tokens
        return (self.tokenizer.encode(PROMPT_START).ids * tokens)[:tokens]

    def _trained(self) -> list[nn.Parameter]:
        return [parameter for parameter in self.model.parameters() if parameter.requires_grad]

    def _new_optimizer(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self._trained(), lr=self.learning_rate, weight_decay=0.0)

    def _counted(self, kept: SavedTensors) -> dict[str, int]:
        """As `core.memory.measured_step` counts a step."""
        every = list(self.model.parameters())
        scores = importance_scores(self.model) if self.method == "adalora" else []
        gradients = (parameter.grad for parameter in every if parameter.grad is not None)
        return {
            "weights": tensor_bytes(parameter for parameter in every if id(parameter) in self.base),
            "adapter": tensor_bytes(parameter for parameter in every if id(parameter) not in self.base),
            "gradients": tensor_bytes(gradients),
            "states": tensor_bytes((*optimizer_states(self.optimizer), *scores)),
            **kept.bytes_by_place(),
        }


def _live(model: nn.Module) -> Iterable[Tensor]:
    """The tensors that peft would write of an AdaLoRA model: only the ranks that are left."""
    from peft import get_peft_model_state_dict

    values: Iterable[Tensor] = get_peft_model_state_dict(model).values()
    return values
