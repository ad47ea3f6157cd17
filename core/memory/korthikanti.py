"""The published formula for a GPT block's activations, in its parallel and recomputed forms.

    s b h (34 + 5 a s / h)

for s tokens, b sequences, h numbers a token, a heads; 16-bit numbers and dropout masks of one byte.
Source: Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models",
equations 1 to 4 and table 2. The calculator itself counts tensor by tensor (`core.memory.tape`), since
the formula knows neither grouped queries nor a gated feed-forward part nor frozen weights.
"""

from core.errors import GlassboxError

CHECKPOINTING = ("none", "selective", "full")


def block_activations(
    tokens: int,
    batch: int,
    width: int,
    heads: int,
    tensor: int = 1,
    sequence: bool = False,
    checkpointing: str = "none",
) -> float:
    """Bytes that one block keeps on one of `tensor` devices.

    Args:
        tokens: s, of one sequence.
        batch: b, sequences of a micro-batch.
        width: h.
        heads: a.
        tensor: t, tensor-parallel devices.
        sequence: whether they also share the norms and dropouts.
        checkpointing: `selective` makes attention's inside again, `full` the block.

    Raises:
        GlassboxError: an unknown kind of checkpointing.

    >>> block_activations(2048, 1, 12288, 96) / (2048 * 12288)  # GPT-3: 34 + 5 * 96 * 2048 / 12288
    114.0
    >>> block_activations(2048, 1, 12288, 96, tensor=8, sequence=True, checkpointing="selective") == (
    ...     2048 * 12288 * 34 / 8
    ... )
    True
    """
    if checkpointing not in CHECKPOINTING:
        known = ", ".join(CHECKPOINTING)
        raise GlassboxError(
            "memory.predict.error.choice", name="checkpointing", value=checkpointing[:40], known=known
        )
    size = tokens * batch * width
    if checkpointing == "full":
        return 2 * size
    attention = 0.0 if checkpointing == "selective" else 5 * heads * tokens / width
    if sequence:
        return size / tensor * (34 + attention)
    return size * (10 + 24 / tensor + attention / tensor)
