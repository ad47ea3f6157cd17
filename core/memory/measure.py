"""Measuring, kept apart from predicting: what one real training step of a shelf model takes here.

The settings are those of a prediction, fewer: what can be run on this machine with transformers, peft
and torch. The step itself is in `core.memory.measured_step`, which imports torch; this module does not,
so that a page can say what is possible, and what is too large, before anything heavy is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psutil

from core.errors import GlassboxError
from core.memory.breakdown import SAVED, Breakdown
from core.memory.plan import Plan, plan_from
from core.memory.predict import predict

MODELS = ("smollm2-135m", "minilm-l6")
MEASURED_METHODS = ("full", "freeze", "bitfit", "lora", "adalora", "ia3", "prompt", "prefix", "p-tuning")
"""Those of `core.memory.methods` that transformers and peft can run without a 4-bit kernel."""
MEASURED_PRECISIONS = ("fp32", "bf16", "autocast-bf16")
MEASURED_OPTIMIZERS = ("adamw", "sgd", "sgd-momentum", "adafactor")
MEASURED_SETTINGS = (
    "preset",
    "method",
    "rank",
    "alpha",
    "targets",
    "dropout",
    "layers",
    "tokens",
    "hidden",
    "dtype",
    "optimizer",
    "batch",
    "length",
    "checkpointing",
    "attention",
)
PARTS = ("weights", "adapter", "gradients", "states")
"""Terms whose tensors last from one step to the next; `SAVED` are those that the step itself keeps."""
RESERVE = 600 * 2**20
"""Bytes left for Python, the libraries' code and whatever a matrix product needs on the way."""


@dataclass(frozen=True)
class MeasuredTerm:
    """One use of memory, foretold and found."""

    name: str
    """As in `core.memory.breakdown.TERMS`."""
    predicted: int
    measured: int

    @property
    def error(self) -> float:
        """Of the prediction, as a share of what was measured; 0 where both are nothing.

        >>> MeasuredTerm("states", 99, 100).error
        -0.01
        """
        if self.predicted == self.measured:
            return 0.0
        return (self.predicted - self.measured) / (self.measured or self.predicted)


@dataclass(frozen=True)
class BlockBytes:
    """What one block of the model keeps for the backward pass."""

    predicted: int
    measured: int


@dataclass(frozen=True)
class KeptTensors:
    """Tensors of one shape and format that autograd kept in one place of the model."""

    place: str
    """One of `core.memory.breakdown.SAVED`."""
    shape: str
    dtype: str
    count: int
    bytes: int
    """Of all of them."""


@dataclass(frozen=True)
class MeasuredStep:
    """One training step, counted."""

    settings: dict[str, object]
    device: str
    terms: tuple[MeasuredTerm, ...]
    blocks: tuple[BlockBytes, ...]
    tensors: tuple[KeptTensors, ...]
    predicted_trained: int
    measured_trained: int
    """Numbers that got a gradient."""
    allocator_peak: int
    """The most that CUDA's allocator had handed out during the step; 0 on a processor, which has none."""
    predicted_total: int
    """All predicted terms at once, temporary buffers included: what is to be compared with the peak."""
    seconds: float
    """Of the step: forward, backward, optimizer."""
    loss: float

    def term(self, name: str) -> MeasuredTerm:
        """One term, nothing where the step has none of it."""
        return next((term for term in self.terms if term.name == name), MeasuredTerm(name, 0, 0))

    @property
    def activations(self) -> MeasuredTerm:
        """All that autograd kept, blocks, outside and loss together."""
        kept = [self.term(name) for name in SAVED]
        return MeasuredTerm(
            "activations", sum(term.predicted for term in kept), sum(term.measured for term in kept)
        )

    @property
    def total(self) -> MeasuredTerm:
        """Everything that was counted."""
        return MeasuredTerm(
            "total",
            sum(term.predicted for term in self.terms),
            sum(term.measured for term in self.terms),
        )

    @property
    def lasting_error(self) -> float:
        """The largest error, without its sign, of parameters, added ones, gradients and states."""
        return max(abs(self.term(name).error) for name in PARTS)


def measured_plan(settings: Mapping[str, Any], processor: str = "cpu") -> Plan:
    """The plan of a step that can be run here.

    Args:
        settings: any of MEASURED_SETTINGS; float32 where no `dtype` is given.
        processor: `cpu` or `gpu`, where it will run.

    Raises:
        GlassboxError: an unknown setting, a choice that only the prediction knows, or a plan that
            cannot be.

    >>> measured_plan({"preset": "minilm-l6", "method": "bitfit"}).precision.name
    'fp32'
    """
    for name in settings:
        if name not in MEASURED_SETTINGS:
            raise GlassboxError(
                "memory.check.error.setting", name=str(name)[:40], known=", ".join(MEASURED_SETTINGS)
            )
    given = {"dtype": "fp32", **settings}
    choices = {
        "preset": MODELS,
        "method": MEASURED_METHODS,
        "dtype": MEASURED_PRECISIONS,
        "optimizer": MEASURED_OPTIMIZERS,
    }
    for name, known in choices.items():
        if name in given and given[name] not in known:
            raise GlassboxError(
                "memory.check.error.choice", name=name, value=str(given[name])[:40], known=", ".join(known)
            )
    if given.get("method") == "prefix" and given.get("checkpointing", "none") == "full":
        raise GlassboxError("memory.check.error.prefix_checkpointing")
    return plan_from({**given, "processor": processor})


def bytes_needed(prediction: Breakdown) -> int:
    """What a step is expected to take in all: every term, and a reserve for what is not counted."""
    return prediction.total_per_device + RESERVE


def free_bytes() -> int:
    """Memory that this machine can still give without swapping."""
    return int(psutil.virtual_memory().available)


def check_room(prediction: Breakdown, free: int) -> None:
    """Refuse a step that this machine cannot hold.

    Raises:
        GlassboxError: it needs more than `free` bytes; the sentence says both.
    """
    needed = bytes_needed(prediction)
    if needed > free:
        raise GlassboxError(
            "memory.check.error.too_large",
            needed=needed / 2**30,
            predicted=prediction.total_per_device / 2**30,
            free=free / 2**30,
        )


def predicted_blocks(prediction: Breakdown) -> tuple[int, ...]:
    """Bytes that each block is expected to keep, the first block first.

    >>> step = predict(measured_plan({"preset": "minilm-l6", "method": "freeze", "layers": 2, "length": 8}))
    >>> [bytes > 0 for bytes in predicted_blocks(step)]
    [False, False, False, False, True, True]
    """
    saved = prediction.saved
    return tuple(block.each for block in saved.blocks for _ in range(block.count)) if saved else ()


def measure(settings: Mapping[str, Any]) -> MeasuredStep:
    """Run the step that `settings` describe and count it.

    Raises:
        GlassboxError: as `measured_plan` and `check_room`, or the shelf's model is not in order.
    """
    from core.memory.measured_step import measured_step, processor_here

    plan = measured_plan(settings, processor_here())
    check_room(predict(plan), free_bytes())
    return measured_step(dict(settings), plan)
