"""Tensor by tensor what one block keeps for the backward pass, and the published formula beside it."""

from dataclasses import dataclass

from core.memory.activations import BlockKept
from core.memory.breakdown import Breakdown
from core.memory.korthikanti import block_activations
from core.memory.plan import sequence_length
from core.memory.tape import Kept


@dataclass(frozen=True)
class KeptTensors:
    """What the block that keeps most keeps."""

    block: str
    blocks: int
    """Blocks that keep the same."""
    tensors: tuple[Kept, ...]
    """Largest first, those of one name added up."""
    formula: float
    """Bytes of the published formula for a GPT block of this width, heads, batch and length."""

    @property
    def total(self) -> int:
        """Bytes of the block."""
        return sum(tensor.bytes for tensor in self.tensors)


def kept_of_a_block(breakdown: Breakdown) -> KeptTensors | None:
    """Of the block that keeps most; None for inference, or where no block keeps anything.

    >>> from core.memory.plan import plan_from
    >>> from core.memory.predict import predict
    >>> full = predict(plan_from({"preset": "llama-2-7b", "checkpointing": "full", "length": 1024}))
    >>> [(tensor.name, tensor.bytes) for tensor in kept_of_a_block(full).tensors]
    [('block_input', 8388608)]
    """
    if breakdown.saved is None:
        return None
    largest = max(breakdown.saved.blocks, key=_bytes, default=None)
    if largest is None or not largest.each:
        return None
    sums: dict[str, int] = {}
    for kept in largest.kept:
        sums[kept.name] = sums.get(kept.name, 0) + kept.bytes
    ordered = sorted(sums.items(), key=lambda item: -item[1])
    plan, architecture = breakdown.plan, breakdown.plan.architecture
    return KeptTensors(
        block=largest.name,
        blocks=largest.count,
        tensors=tuple(Kept(name, size) for name, size in ordered if size),
        formula=block_activations(
            sequence_length(plan),
            plan.batch,
            architecture.width,
            architecture.heads,
            plan.parallel.tensor,
            plan.parallel.sequence,
            "none",
        ),
    )


def _bytes(block: BlockKept) -> int:
    return block.each
