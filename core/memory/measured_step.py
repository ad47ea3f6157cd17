"""One real training step, its memory counted from the tensors themselves.

Parameters, gradients and optimizer states are there to be counted after the step. What autograd keeps
between the forward and the backward pass is seen through `torch.autograd.graph.saved_tensors_hooks`:
every tensor passes through the hook, its storage is counted once, parameters and buffers left out. On a
GPU the allocator also says how much it had handed out at most.
"""

import gc
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from core.memory.breakdown import SAVED, Breakdown
from core.memory.measure import BlockBytes, KeptTensors, MeasuredStep, MeasuredTerm, predicted_blocks
from core.memory.plan import Plan
from core.memory.predict import predict
from core.memory.tuned_model import base_parameters, blocks_of, open_for_training, optimizer_of, tuned

SEED = 0


def processor_here() -> str:
    """Where a step runs: on the GPU where torch sees one."""
    return "gpu" if torch.cuda.is_available() else "cpu"


def measured_step(settings: dict[str, object], plan: Plan) -> MeasuredStep:
    """Open the plan's model, take one step, count, and let everything go again.

    The tokens are random, from a fixed seed: their number decides the memory, not what they say. A
    language model predicts each next token; the encoder's pooled vectors are
    made shorter.

    Raises:
        GlassboxError: the shelf's model is not in order.
    """
    torch.manual_seed(SEED)
    device = "cuda" if plan.processor == "gpu" else "cpu"
    try:
        return _measured(settings, plan, device)
    finally:
        gc.collect()
        if device == "cuda":
            torch.cuda.empty_cache()


def _measured(settings: dict[str, object], plan: Plan, device: str) -> MeasuredStep:
    model = open_for_training(plan).to(device)
    base = base_parameters(model)
    model = tuned(model, plan).to(device)
    optimizer = optimizer_of(plan, model)
    batch = _batch(plan, device)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    started = perf_counter()
    kept, loss = _forward(model, plan, batch)
    loss.backward()
    optimizer.step()
    scores = _allocate(model, plan)
    seconds = perf_counter() - started
    prediction = predict(plan)
    every = list(model.parameters())
    counted = {
        "weights": tensor_bytes(parameter for parameter in every if id(parameter) in base),
        "adapter": tensor_bytes(parameter for parameter in every if id(parameter) not in base),
        "gradients": tensor_bytes(parameter.grad for parameter in every if parameter.grad is not None),
        "states": tensor_bytes((*optimizer_states(optimizer), *scores)),
        **kept.bytes_by_place(),
    }
    return MeasuredStep(
        settings=settings,
        device=_device_name(device),
        terms=tuple(MeasuredTerm(name, prediction.bytes_of(name), found) for name, found in counted.items()),
        blocks=_blocks(prediction, kept),
        tensors=kept.groups(),
        predicted_trained=prediction.trainable_parameters,
        measured_trained=sum(parameter.numel() for parameter in every if parameter.grad is not None),
        allocator_peak=torch.cuda.max_memory_allocated() if device == "cuda" else 0,
        predicted_total=prediction.total_per_device,
        seconds=seconds,
        loss=loss.item(),
    )


def tensor_bytes(tensors: Iterable[Tensor]) -> int:
    """Bytes of tensors, one that stands in two places counted once.

    >>> one = torch.zeros(3)
    >>> tensor_bytes([one, one, torch.zeros(2, dtype=torch.bfloat16)])
    16
    """
    return sum({tensor.data_ptr(): tensor.numel() * tensor.element_size() for tensor in tensors}.values())


def optimizer_states(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """Every tensor that the optimizer keeps between two steps."""
    kept = [value for state in optimizer.state.values() for value in state.values()]
    return [value for value in kept if isinstance(value, Tensor)]


def importance_scores(model: Any) -> list[Tensor]:
    """The scores by which AdaLoRA tells which rank to cut; none before its first call and after its last."""
    allocator = model.base_model.rankallocator
    kept = (allocator.ipt, allocator.exp_avg_ipt, allocator.exp_avg_unc)
    return [score for scores in kept for score in scores.values()]


def _allocate(model: Any, plan: Plan) -> list[Tensor]:
    """The call that AdaLoRA's training loop makes behind each step, and its scores; else none."""
    if plan.method.name != "adalora":
        return []
    model.base_model.update_and_allocate(0)
    return importance_scores(model)


def _batch(plan: Plan, device: str) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(SEED)
    ids = torch.randint(0, plan.architecture.vocabulary, (plan.batch, plan.length), generator=generator).to(
        device
    )
    if plan.architecture.is_encoder:
        return {"input_ids": ids}
    more: dict[str, Any] = {} if plan.method.name == "prefix" else {"use_cache": False}
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": ids, **more}


def _forward(model: nn.Module, plan: Plan, batch: dict[str, Tensor]) -> "tuple[SavedTensors, Tensor]":
    """The forward pass, every tensor that it keeps noted with the place where it was kept."""
    kept = SavedTensors((*model.parameters(), *model.buffers()))
    handles = kept.watch(model)
    device = next(iter(batch.values())).device.type
    with kept, torch.autocast(device, torch.bfloat16, enabled=plan.precision.autocast):
        result = model(**batch)
        loss = _length_of(result.pooler_output) if plan.architecture.is_encoder else result.loss
    for handle in handles:
        handle.remove()
    kept.let_go()
    return kept, loss


def _length_of(pooled: Tensor) -> Tensor:
    """The encoder's loss, mean square of its pooled vector: it keeps nothing that tanh does not keep."""
    return (pooled * pooled).mean()


@dataclass
class SavedTensors:
    """Counts what passes through autograd's hooks while a `with` block lasts."""

    own: Iterable[Tensor]
    """The model's parameters and buffers, which are there anyway."""
    place: str | int = "outside"
    """Where the forward pass is now: a block's number, `outside` or `loss`."""
    sizes: dict[int, tuple[str | int, str, str, int]] = field(default_factory=dict)
    """By storage: place, shape, format, bytes."""
    _alive: list[Tensor] = field(default_factory=list)
    _tables: set[int] = field(default_factory=set)

    def __enter__(self) -> "SavedTensors":
        """Begin to count."""
        self._own = {tensor.untyped_storage().data_ptr() for tensor in self.own}
        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._note, lambda tensor: tensor)
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop counting; what was noted stays."""
        self._hooks.__exit__(*error)

    def let_go(self) -> None:
        """Forget the tensors, which were held so that no storage's address was used twice."""
        self._alive.clear()

    def watch(self, model: nn.Module) -> list[Any]:
        """Follow the forward pass through the model's blocks; returns the hooks' handles."""
        handles: list[Any] = []
        for number, block in enumerate(blocks_of(model)):
            handles.append(block.register_forward_pre_hook(lambda *_, number=number: self._enter(number)))
            handles.append(block.register_forward_hook(lambda *_: self._enter("outside")))
        for name, module in model.named_modules():
            if name.endswith("rotary_emb"):
                handles.append(module.register_forward_hook(lambda _, __, tables: self._add_tables(tables)))
            if name.endswith("lm_head"):
                handles.append(module.register_forward_hook(lambda *_: self._enter("loss")))
        return handles

    def bytes_by_place(self) -> dict[str, int]:
        """Bytes in the blocks (`activations`), outside them, and for the loss."""
        totals = dict.fromkeys(SAVED, 0)
        for place, _, _, size in self.sizes.values():
            totals["activations" if isinstance(place, int) else place] += size
        return totals

    def bytes_of_block(self, number: int) -> int:
        """Bytes that one block keeps."""
        return sum(size for place, _, _, size in self.sizes.values() if place == number)

    def groups(self) -> tuple[KeptTensors, ...]:
        """Tensors alike together, the largest group first."""
        counts: Counter[tuple[str, str, str]] = Counter()
        totals: Counter[tuple[str, str, str]] = Counter()
        for place, shape, dtype, size in self.sizes.values():
            key = ("activations" if isinstance(place, int) else place, shape, dtype)
            counts[key] += 1
            totals[key] += size
        return tuple(KeptTensors(*key, counts[key], size) for key, size in totals.most_common())

    def _enter(self, place: str | int) -> None:
        self.place = place

    def _add_tables(self, tables: Iterable[Tensor]) -> None:
        """Cosines and sines are made before the blocks and kept by the first that turns its queries."""
        self._tables |= {table.untyped_storage().data_ptr() for table in tables}

    def _note(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        address = storage.data_ptr()
        if address not in self._own and address not in self.sizes and storage.nbytes():
            place = "outside" if address in self._tables else self.place
            shape = " × ".join(map(str, tensor.shape)) or "1"
            self.sizes[address] = (place, shape, str(tensor.dtype).removeprefix("torch."), storage.nbytes())
            self._alive.append(tensor)
        return tensor


def _blocks(prediction: Breakdown, kept: SavedTensors) -> tuple[BlockBytes, ...]:
    return tuple(
        BlockBytes(predicted, kept.bytes_of_block(number))
        for number, predicted in enumerate(predicted_blocks(prediction))
    )


def _device_name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else "cpu"
