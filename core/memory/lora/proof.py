"""What LoRA at work on SmolLM2 is asked and what it shows; read without torch."""

from dataclasses import dataclass

from core.errors import GlassboxError
from core.memory.lora.task import task

MOST_WORDS = 60
PROMPTED = task().held_out[0].prompt.split("\n", 1)[0].removeprefix("Order: ")
"""The order that stands in the box at first: a held-out one."""


@dataclass(frozen=True)
class RoundedMerge:
    """A merge into weights of 16 bits, over all matrices."""

    name: str
    lost: float
    """Norm of what rounding changed, in that of the update."""
    untouched: float
    """Share of the weights that did not change at all."""


@dataclass(frozen=True)
class LoraDemonstration:
    """What was found."""

    order: str
    written: tuple[str, str, str]
    """What the model writes as it is, with the adapter, and merged."""
    difference: float
    """Largest change of a logit by the adapter: what there is to lose."""
    merged: float
    """Largest difference of a token's probability between merged and unmerged."""
    merged_logits: float
    """The same of a logit."""
    peft: float
    """Between the written-out adapter and peft's."""
    peft_merged: float
    """Between merging here and peft's merging."""
    restored: float
    """Largest difference of a weight after merging and unmerging."""
    seconds: tuple[float, float, float]
    """Median processor time of a forward pass as it is, with the adapter, merged."""
    tokens: int
    """Of that pass."""
    matrices: int
    numbers: int
    """In all A and B."""
    predicted: int
    """Bytes of the file."""
    measured: int
    peft_file: int
    """Bytes of the file that peft saves."""
    rounded: tuple[RoundedMerge, ...]
    losses: tuple[float, float]
    """On the held-out orders, as it is and with the adapter."""

    @property
    def differences(self) -> dict[str, float]:
        """What is to be small beside what the adapter itself changes."""
        return {
            "adapter": self.difference,
            "merged_logits": self.merged_logits,
            "merged": self.merged,
            "peft": self.peft,
            "peft_merged": self.peft_merged,
            "restored": self.restored,
        }


def check_order(order: str) -> str:
    """The order, if it is one short sentence.

    Raises:
        GlassboxError: empty or too long.
    """
    cleaned = " ".join(order.split())
    if not cleaned:
        raise GlassboxError("memory.lora.error.order_empty")
    if len(cleaned.split()) > MOST_WORDS or len(cleaned) > 10 * MOST_WORDS:
        raise GlassboxError("memory.lora.error.order_long", most=MOST_WORDS)
    return cleaned
