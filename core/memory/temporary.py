"""Memory that is needed for a moment: what the peak has beyond what is kept."""

from core.memory.activations import Activations
from core.memory.breakdown import Term
from core.memory.number_formats import BYTES
from core.memory.parallel import Stage
from core.memory.plan import Plan, sequence_length

LOSS_FLOATS = 2
"""Float32 tensors as large as the logits that the loss's backward pass makes: the gradients of the
logarithms and of the logits."""


def training_buffers(plan: Plan, stage: Stage, saved: Activations, trained: int) -> Term:
    """The largest of three moments that never coincide, and what ZeRO-3 gathers throughout.

    At the loss: the logits themselves and two gradients of their size. In a block's backward pass: what
    checkpointing makes again, and a 4-bit matrix unpacked. In the optimizer's step, when all activations
    are gone: one intermediate of each trained number (torch's `foreach` implementation on a GPU).
    """
    each = plan.precision.compute_bytes
    loss = saved.logits * (each + LOSS_FLOATS * BYTES["fp32"])
    unpacked = _largest_matrix(stage, plan.parallel.tensor) * each if plan.method.name == "qlora" else 0
    block = saved.recomputed + unpacked
    kept = stage.in_flight * saved.total
    on_device = plan.parallel.offload == "none" and plan.processor == "gpu"
    shared = plan.parallel.copies if plan.parallel.zero else 1
    step = max(BYTES["fp32"] * trained // shared - kept, 0) if _has_intermediate(plan) and on_device else 0
    gathered = gathered_weights(plan, stage)
    values: dict[str, object] = {"loss": loss, "block": block, "step": step, "gathered": gathered}
    return Term("temporary", max(loss, block, step) + gathered, values)


def inference_buffers(plan: Plan) -> Term:
    """Reading the prompt: one block's tensors, and the last token's scores for each sequence."""
    architecture, each = plan.architecture, plan.precision.compute_bytes
    tokens, parts = plan.batch * sequence_length(plan), plan.parallel.tensor
    active = architecture.experts
    inner = active.width * (active.per_token + active.shared) if active else architecture.feed_forward
    widest = max(
        (3 if architecture.gated else 2) * inner,
        architecture.query_width
        + architecture.key_width
        + architecture.value_width
        + architecture.mixed_width,
    )
    block = tokens * (2 * architecture.width + widest // parts) * each
    if plan.attention == "eager":
        block += 2 * plan.batch * architecture.heads // parts * plan.length**2 * each
    scores = plan.batch * architecture.vocabulary * BYTES["fp32"] if architecture.output_layer else 0
    values: dict[str, object] = {"loss": scores, "block": block, "step": 0, "gathered": 0}
    return Term("temporary", block + scores, values)


def gathered_weights(plan: Plan, stage: Stage) -> int:
    """Weights of two blocks, the one at work and the next: where each device holds only a part.

    Source: Zhao et al. 2023, "PyTorch FSDP", sections 3.2 and 3.3 (units gathered, the next one ahead).
    """
    sharded = plan.parallel.zero == 3 and plan.parallel.copies > 1
    if not (sharded or plan.parallel.offload == "all"):
        return 0
    largest = max((block.parameters for block, _ in stage.blocks), default=0)
    return 2 * largest // plan.parallel.tensor * plan.precision.compute_bytes


def _largest_matrix(stage: Stage, parts: int) -> int:
    numbers = (
        module.matrix // module.copies
        for block, _ in stage.blocks
        for module in block.modules
        if module.kind == "linear"
    )
    return max(numbers, default=0) // parts


def _has_intermediate(plan: Plan) -> bool:
    return plan.optimizer in ("adamw", "paged-adamw", "adafactor", "lion")
