"""The parameters of a model module by module, as a table adds them up."""

from dataclasses import dataclass

from core.memory.architecture import Architecture
from core.memory.layout import layout
from core.memory.modules import Module

PARTS = ("embedding", "attention", "feed_forward", "experts", "norms", "output")
"""Where a model's parameters are, in the order of a stacked bar."""
ATTENTION_ROLES = frozenset(
    ("q", "k", "v", "o", "q_a", "kv_a", "cross_q", "cross_k", "cross_v", "cross_o", "relative")
)
EMBEDDING_ROLES = frozenset(("embedding", "positions", "token_types"))
OUTPUT_ROLES = frozenset(("head", "pooler"))


@dataclass(frozen=True)
class ModuleRow:
    """One module, in all the blocks that have it."""

    block: str
    """Name of the block, such as `block` or `decoder_block`; empty outside the blocks."""
    name: str
    part: str
    """One of PARTS."""
    outputs: int
    inputs: int
    """1 for a norm's vector."""
    bias: bool
    copies: int
    """Experts alike in one block."""
    blocks: int
    """Blocks that have it."""
    parameters: int
    """In the whole model; 0 for an output layer that shares the embedding's matrix."""


def module_rows(architecture: Architecture) -> tuple[ModuleRow, ...]:
    """Every module; their parameters add up to the model's.

    >>> from core.memory.presets import preset
    >>> rows = module_rows(preset("smollm2-135m"))
    >>> sum(row.parameters for row in rows), rows[0].name, rows[0].parameters
    (134515008, 'embedding', 28311552)
    """
    written = layout(architecture)
    rows = [_row("", module, 1) for module in written.before]
    for block in written.blocks:
        rows += [_row(block.name, module, block.count) for module in block.modules]
    return tuple(rows + [_row("", module, 1) for module in written.after])


def parameters_by_part(architecture: Architecture) -> dict[str, int]:
    """Parameters of each of PARTS that the model has."""
    rows = module_rows(architecture)
    sums = {part: sum(row.parameters for row in rows if row.part == part) for part in PARTS}
    return {part: count for part, count in sums.items() if count}


def _row(block: str, module: Module, blocks: int) -> ModuleRow:
    return ModuleRow(
        block=block,
        name=module.name,
        part=_part(module),
        outputs=module.outputs,
        inputs=module.inputs,
        bias=module.bias,
        copies=module.copies,
        blocks=blocks,
        parameters=blocks * module.parameters,
    )


def _part(module: Module) -> str:
    if module.kind == "norm":
        return "norms"
    roles = set(module.roles)
    if roles & EMBEDDING_ROLES:
        return "embedding"
    if roles & ATTENTION_ROLES:
        return "attention"
    if roles & OUTPUT_ROLES:
        return "output"
    return "experts" if module.name.startswith(("experts", "shared_expert", "router")) else "feed_forward"
