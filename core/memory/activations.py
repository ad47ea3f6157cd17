"""All that a step keeps for its backward pass: the blocks, what comes before them, and the loss."""

from dataclasses import dataclass, replace

from core.memory.architecture import Architecture
from core.memory.methods import LOW_RANK, Method, added_to_block, targeted
from core.memory.modules import Block
from core.memory.number_formats import BYTES
from core.memory.parallel import Parallel, Stage
from core.memory.precision import Precision
from core.memory.step import BlockPass, Step
from core.memory.tape import (
    Kept,
    Tape,
    Value,
    activation,
    cross_entropy,
    dropout,
    layer_norm,
    matrix_product,
    rms_norm,
)


@dataclass(frozen=True)
class BlockKept:
    """What `count` blocks alike keep, each."""

    name: str
    count: int
    kept: tuple[Kept, ...]
    recomputed: int
    """Bytes that checkpointing makes again in the backward pass of one of them."""

    @property
    def each(self) -> int:
        """Bytes of one block."""
        return sum(kept.bytes for kept in self.kept)


@dataclass(frozen=True)
class Activations:
    """One micro-batch's tensors between forward and backward pass."""

    before: tuple[Kept, ...]
    blocks: tuple[BlockKept, ...]
    after: tuple[Kept, ...]
    loss: tuple[Kept, ...]
    logits: int
    """Numbers in the scores of all tokens; 0 without a language-model head here."""

    @property
    def block_bytes(self) -> int:
        """Of all blocks."""
        return sum(block.count * block.each for block in self.blocks)

    @property
    def outside_bytes(self) -> int:
        """Before and after the blocks, the loss left out."""
        return sum(kept.bytes for kept in (*self.before, *self.after))

    @property
    def loss_bytes(self) -> int:
        """Of the loss."""
        return sum(kept.bytes for kept in self.loss)

    @property
    def recomputed(self) -> int:
        """The largest part that is made again at once."""
        return max((block.recomputed for block in self.blocks), default=0)

    @property
    def total(self) -> int:
        """All bytes kept."""
        return self.block_bytes + self.outside_bytes + self.loss_bytes


@dataclass(frozen=True)
class StepPlan:
    """What the activations depend on."""

    architecture: Architecture
    method: Method
    precision: Precision
    batch: int
    length: int
    checkpointing: str
    flash: bool
    parallel: Parallel
    on_processor: bool


def activations(plan: StepPlan, stage: Stage) -> Activations:
    """Walk one micro-batch through a stage of the pipeline.

    Source of the two kinds of checkpointing: Chen et al. 2016, "Training Deep Nets with Sublinear Memory
    Cost" (full: only each block's input); Korthikanti et al. 2022, section 5 (selective: attention's
    inside is made again).
    """
    step = _step(plan)
    hidden, before = _before(plan, step, stage)
    encoded: Value | None = None
    blocks = []
    for block, trained in stage.blocks:
        if block.name == "decoder_block" and encoded is None:
            encoded, hidden, more = _turn(plan, step, stage, hidden)
            before += more
        hidden, kept = _walk(plan, step, block, trained, hidden, encoded)
        blocks += kept
    after, loss, logits = _after(plan, step, stage, hidden)
    return Activations(before, tuple(blocks), after, loss, logits)


def _turn(plan: StepPlan, step: Step, stage: Stage, hidden: Value) -> tuple[Value, Value, tuple[Kept, ...]]:
    """T5 between its halves: the encoder's result, and the decoder's start from the embedding again.

    The result is kept once for all the decoder's blocks; autocast makes each of them a copy of its own.
    """
    architecture, tape = plan.architecture, _tape(plan)
    full = plan.method.name == "full"
    encoded = rms_norm(tape, "final_norm", hidden, architecture.width, full)
    encoded = dropout(tape, "dropout", encoded, architecture.hidden_dropout)
    if plan.checkpointing != "full" and _reads_encoder(plan, stage) and not tape.autocast:
        tape.keep("encoded", encoded)
    start = Value(step.tokens * architecture.width, step.stream, _embedding_trained(plan, stage))
    return encoded, dropout(tape, "dropout", start, architecture.hidden_dropout), tape.list()


def _reads_encoder(plan: StepPlan, stage: Stage) -> bool:
    """Whether a trained matrix of the decoder takes the encoder's result as its input."""
    if plan.method.name in LOW_RANK:
        matrices = targeted(plan.architecture, plan.method, stage.blocks[-1][0])
        return any({"cross_k", "cross_v"} & set(module.roles) for module in matrices)
    return stage.blocks[-1][1]


def _step(plan: StepPlan) -> Step:
    parallel, method = plan.parallel, plan.method
    virtual = method.tokens if method.name in ("prompt", "p-tuning") else 0
    return Step(
        architecture=plan.architecture,
        method=method,
        batch=plan.batch,
        length=plan.length + virtual,
        flash=plan.flash,
        checkpoint_attention=plan.checkpointing == "selective",
        stream=BYTES[plan.precision.stream],
        tensor=parallel.tensor,
        sequence=parallel.tensor if parallel.sequence else 1,
        other_length=plan.length + virtual,
    )


def _tape(plan: StepPlan) -> Tape:
    return Tape(plan.precision.compute_bytes, plan.precision.autocast, plan.on_processor)


def _embedding_trained(plan: StepPlan, stage: Stage) -> bool:
    """Whether the first block's input wants a gradient; checkpointing asks for one in any case."""
    tuned = plan.method.name in ("full", "prompt", "p-tuning")
    return tuned or plan.checkpointing == "full" or not stage.starts


def _before(plan: StepPlan, step: Step, stage: Stage) -> tuple[Value, tuple[Kept, ...]]:
    """Ids, the embedding's norm and dropout, the rotary tables."""
    architecture, tape = plan.architecture, _tape(plan)
    full = plan.method.name == "full"
    hidden = Value(
        step.tokens * architecture.width // step.sequence, step.stream, _embedding_trained(plan, stage)
    )
    if stage.starts:
        if full:
            positions = plan.length if architecture.position_rows else 0
            tape.keep("ids", Value(plan.batch * plan.length + positions, 8, False))
        if architecture.embedding_norm:
            biases = full or plan.method.name == "bitfit"
            hidden = layer_norm(tape, "embedding_norm", hidden, architecture.width, full, biases)
        hidden = dropout(tape, "dropout", hidden, architecture.hidden_dropout)
    if plan.method.name == "p-tuning":
        _prompt_network(plan, tape)
    if architecture.positions == "rotary" and plan.checkpointing != "full" and plan.method.trains:
        latent = architecture.latent
        width = latent.rotary_width if latent is not None else architecture.head_width
        tape.keep("rotary", Value(2 * step.length * width, step.stream, False))
    return hidden, tape.list()


def _prompt_network(plan: StepPlan, tape: Tape) -> None:
    """P-tuning's three matrices with ReLU between them, on the virtual tokens alone."""
    width, hidden = plan.architecture.width, plan.method.hidden
    rows = Value(plan.method.tokens * width, 4, True)
    rows = activation(tape, matrix_product(tape, "p_tuning", rows, (hidden, width), True), "relu")
    rows = activation(tape, matrix_product(tape, "p_tuning", rows, (hidden, hidden), True), "relu")
    matrix_product(tape, "p_tuning", rows, (width, hidden), True)


def _walk(
    plan: StepPlan, step: Step, block: Block, trained: bool, hidden: Value, encoded: Value | None
) -> tuple[Value, list[BlockKept]]:
    """Pass `block.count` blocks; those whose input wants a gradient alike are walked once."""
    kept: list[BlockKept] = []
    left = block.count
    while left:
        here = Value(hidden.numbers, hidden.each, hidden.wants_gradient)
        tape = _tape(plan)
        result = BlockPass(tape, step, block, trained).run(here, encoded)
        count = left if result.wants_gradient == hidden.wants_gradient else 1
        items, recomputed = tape.list(), 0
        if encoded is not None and not tape.autocast:
            items = tuple(item for item in items if item.name not in ("cross_k_input", "cross_v_input"))
        if plan.checkpointing == "full":
            recomputed = _whole(plan, step, block, trained, encoded)
            items = (Kept("block_input", hidden.numbers * hidden.each),)
        elif plan.checkpointing == "selective":
            whole = _whole(plan, replace(step, checkpoint_attention=False), block, trained, encoded)
            recomputed = max(whole - tape.total(), 0)
        kept.append(BlockKept(block.name, count, items, recomputed))
        hidden = Value(result.numbers, result.each, result.wants_gradient)
        left -= count
    return hidden, kept


def _whole(plan: StepPlan, step: Step, block: Block, trained: bool, encoded: Value | None) -> int:
    """Bytes that the block keeps without checkpointing, its input wanting a gradient."""
    tape = _tape(plan)
    hidden = Value(step.tokens * plan.architecture.width // step.sequence, step.stream, True)
    BlockPass(tape, step, block, trained).run(hidden, encoded)
    return tape.total()


def _after(
    plan: StepPlan, step: Step, stage: Stage, hidden: Value
) -> tuple[tuple[Kept, ...], tuple[Kept, ...], int]:
    """Final norm and output layer, then the loss."""
    if not stage.ends:
        return (), (), 0
    architecture, full = plan.architecture, plan.method.name == "full"
    tape, loss = _tape(plan), _tape(plan)
    if architecture.norm_first:
        if architecture.layer_norm:
            biases = full or plan.method.name == "bitfit"
            hidden = layer_norm(tape, "final_norm", hidden, architecture.width, full, biases)
        else:
            hidden = rms_norm(tape, "final_norm", hidden, architecture.width, full)
    if architecture.decoder_layers:
        hidden = dropout(tape, "dropout", hidden, architecture.hidden_dropout)
    if architecture.pooler:
        _pool(plan, tape, hidden, full)
    if not architecture.output_layer:
        return tape.list(), (), 0
    rows = architecture.vocabulary // plan.parallel.tensor
    logits = matrix_product(tape, "head", hidden, (rows, architecture.width), full)
    numbers = step.tokens * rows
    cross_entropy(loss, Value(numbers, logits.each, logits.wants_gradient), step.tokens)
    if plan.method.name == "adalora":
        _orthogonality(plan, stage, loss)
    return tape.list(), loss.list(), numbers


def _orthogonality(plan: StepPlan, stage: Stage, tape: Tape) -> None:
    """AdaLoRA's second loss, |A A^T - I| and |B^T B - I| of every matrix (Zhang et al. 2023, equation 4)."""
    rank = plan.method.rank
    each = tape.compute if tape.autocast else BYTES[plan.method.number_format]
    for block, _ in stage.blocks:
        for group in added_to_block(plan.architecture, plan.method, block):
            if not group.name.endswith("lora_E"):
                copies = block.count * group.copies
                tape.keep("orthogonality", Value(copies * (rank * rank + 1), each, True))
                if tape.autocast:
                    tape.keep("weight_copy", Value(2 * copies * group.each, tape.compute, True))


def _pool(plan: StepPlan, tape: Tape, hidden: Value, full: bool) -> None:
    """BERT's pooler reads the first token; what it keeps is a window onto the whole tensor, unless copied."""
    width = plan.architecture.width
    first = Value(plan.batch * width, hidden.each, hidden.wants_gradient)
    if full and not tape.autocast:
        tape.keep("pooler_input", hidden)
    pooled = matrix_product(tape, "pooler", first, (width, width), full and tape.autocast)
    if hidden.wants_gradient or full:
        tape.keep("pooled", pooled)
