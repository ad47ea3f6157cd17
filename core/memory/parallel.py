"""Sharing the work: who holds which part of the model, of its gradients and of its states.

    data-parallel copies = devices / (tensor x pipeline)

ZeRO divides among the copies: the states (stage 1), the gradients too (2), the weights too (3, which
is what FSDP does). Sources: Rajbhandari et al. 2019, "ZeRO", section 5; Shoeybi et al. 2019,
"Megatron-LM", section 3 (tensor); Narayanan et al. 2021, section 2.2 (pipeline, 1F1B); Korthikanti et
al. 2022, section 4.2.2 (sequence); Ren et al. 2021, "ZeRO-Offload", section 3.
"""

from dataclasses import dataclass, replace

from core.errors import GlassboxError
from core.memory.architecture import Architecture, check_size
from core.memory.layout import layout
from core.memory.modules import Block, Module

MOST_DEVICES = 10**6
OFFLOADS = ("none", "optimizer", "all")


@dataclass(frozen=True)
class Parallel:
    """How many devices, and what each way of sharing gets of them."""

    devices: int = 1
    zero: int = 0
    tensor: int = 1
    pipeline: int = 1
    sequence: bool = False
    """Whether the tensor-parallel devices also share what lies between the matrices."""
    offload: str = "none"
    """What waits in the computer's own memory: nothing, the optimizer's part, or the weights too."""

    @property
    def copies(self) -> int:
        """Data-parallel copies of the model."""
        return self.devices // (self.tensor * self.pipeline)


@dataclass(frozen=True)
class Stage:
    """What one device of the pipeline holds, before tensor parallelism cuts it."""

    name: str
    """`only`, `first` or `last`: the ones between need no more than the first."""
    blocks: tuple[tuple[Block, bool], ...]
    """Each group of blocks (its count: here), and whether its own weights are trained."""
    outside: tuple[Module, ...]
    starts: bool
    """Whether it holds the embedding."""
    ends: bool
    """Whether it computes the loss."""
    in_flight: int
    """Micro-batches whose activations it holds at once."""


def check_parallel(architecture: Architecture, parallel: Parallel) -> Parallel:
    """The plan, if the model can be shared so.

    Raises:
        GlassboxError: counts that do not divide devices, layers, heads or widths, or an unknown choice.
    """
    for name in ("devices", "tensor", "pipeline"):
        check_size(name, getattr(parallel, name), MOST_DEVICES)
    if parallel.zero not in (0, 1, 2, 3):
        raise GlassboxError(
            "memory.predict.error.choice", name="zero", value=parallel.zero, known="0, 1, 2, 3"
        )
    if parallel.offload not in OFFLOADS:
        known = ", ".join(OFFLOADS)
        raise GlassboxError(
            "memory.predict.error.choice", name="offload", value=str(parallel.offload)[:40], known=known
        )
    group = parallel.tensor * parallel.pipeline
    _check_divides("devices", parallel.devices, "tensor x pipeline", group)
    _check_divides("layers", architecture.all_layers, "pipeline", parallel.pipeline)
    for name in ("heads", "key_value_heads", "feed_forward", "width"):
        _check_divides(name, getattr(architecture, name), "tensor", parallel.tensor)
    if architecture.experts is not None:
        _check_divides("experts.width", architecture.experts.width, "tensor", parallel.tensor)
    if parallel.sequence and parallel.tensor == 1:
        raise GlassboxError("memory.predict.error.sequence")
    if architecture.decoder_layers and parallel.pipeline > 1:
        raise GlassboxError("memory.predict.error.pipeline", model=architecture.name)
    return parallel


def _check_divides(name: str, count: int, way: str, parts: int) -> None:
    if count % parts:
        raise GlassboxError("memory.predict.error.divide", name=name, count=count, way=way, parts=parts)


def stages(
    architecture: Architecture, parallel: Parallel, trained_layers: int, accumulation: int
) -> tuple[Stage, ...]:
    """The devices of the pipeline that can need most: the only one, or the first and the last.

    A 1F1B schedule lets the first of p devices hold min(p, micro-batches) micro-batches at once.

    Args:
        architecture: the model.
        parallel: checked.
        trained_layers: blocks, counted from the end, whose own weights are trained.
        accumulation: micro-batches in a step.
    """
    written = layout(architecture)
    groups = _with_training(written.blocks, trained_layers)
    if parallel.pipeline == 1:
        outside = (*written.before, *written.after)
        return (Stage("only", groups, outside, True, True, 1),)
    here = architecture.all_layers // parallel.pipeline
    # A tied output layer is a copy of the embedding on the last device.
    last = tuple(replace(module, weight=True) for module in written.after)
    in_flight = min(parallel.pipeline, accumulation)
    return (
        Stage("first", _take(groups, here), written.before, True, False, in_flight),
        Stage("last", tuple(reversed(_take(tuple(reversed(groups)), here))), last, False, True, 1),
    )


def _with_training(blocks: tuple[Block, ...], trained_layers: int) -> tuple[tuple[Block, bool], ...]:
    """Cut the groups of blocks so that each is trained whole or not at all."""
    groups: list[tuple[Block, bool]] = []
    for block in reversed(blocks):
        trained = min(block.count, trained_layers)
        trained_layers -= trained
        parts = ((replace(block, count=trained), True), (replace(block, count=block.count - trained), False))
        groups += [part for part in parts if part[0].count]
    return tuple(reversed(groups))


def _take(groups: tuple[tuple[Block, bool], ...], count: int) -> tuple[tuple[Block, bool], ...]:
    """The first `count` blocks."""
    taken = []
    for block, trained in groups:
        here = min(block.count, count)
        count -= here
        if here:
            taken.append((replace(block, count=here), trained))
    return tuple(taken)
