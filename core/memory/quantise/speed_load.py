"""What can be timed: the formats, how many texts of how many tokens, how often."""

from core.errors import GlassboxError

RUNNABLE = ("fp32", "fp16", "bf16", "autocast", "int8", "nf4")
BATCHES, LENGTHS, ROUNDS = (1, 64), (4, 256), (3, 25)
MOST_TOKENS = 2048
SHORT = (1, 16)
"""The load that is always measured: one short text."""


def check_load(batch: int, length: int) -> None:
    """Whether that many texts of that many tokens are measured here.

    Raises:
        GlassboxError: they are too many; says how many are possible.
    """
    if not (BATCHES[0] <= batch <= BATCHES[1] and LENGTHS[0] <= length <= LENGTHS[1]):
        raise GlassboxError(
            "memory.precision.error.load", batches=BATCHES[1], shortest=LENGTHS[0], longest=LENGTHS[1]
        )
    if batch * length > MOST_TOKENS:
        raise GlassboxError("memory.precision.error.tokens", tokens=batch * length, most=MOST_TOKENS)
