"""The answer: bytes term by term, each with the numbers that its formula was filled with."""

from dataclasses import dataclass
from typing import Literal

from core.memory.activations import Activations
from core.memory.plan import Plan

TERMS = (
    "weights",
    "adapter",
    "gradients",
    "states",
    "master",
    "activations",
    "outside",
    "loss",
    "temporary",
    "kv_cache",
    "context",
)
"""In the order of a stacked bar."""
SAVED = ("activations", "outside", "loss")
"""Terms that autograd keeps between the forward and the backward pass."""
Place = Literal["device", "host", "paged"]


@dataclass(frozen=True)
class Term:
    """One use of memory."""

    name: str
    """`memory.predict.term.<name>` is its title."""
    bytes: int
    values: dict[str, object]
    """What the formula's text is filled with."""
    place: Place = "device"
    """`host`: in the computer's memory; `paged`: on the device while there is room."""
    variant: str = ""
    """Which of several formulas the term has, such as `packed` weights."""

    @property
    def formula(self) -> str:
        """Key of the formula's text, to be filled with `values`."""
        return f"memory.predict.formula.{self.name}{'_' if self.variant else ''}{self.variant}"


@dataclass(frozen=True)
class Breakdown:
    """What the fullest device of a plan holds."""

    plan: Plan
    stage: str
    """Which device of a pipeline that is: `only`, `first` or `last`."""
    terms: tuple[Term, ...]
    saved: Activations | None
    """Tensor by tensor what a micro-batch keeps; None for inference."""
    parameters: int
    """Of the model itself, on all devices together."""
    active_parameters: int
    """Of these what one token passes: fewer in a mixture of experts."""
    trainable_parameters: int
    adapter_bytes: int
    """Numbers in a saved adapter's file; for full tuning the whole model's. A file header comes on top."""

    @property
    def total_per_device(self) -> int:
        """Bytes on the device, all terms at once: an upper bound, since gradients grow as activations go."""
        return sum(term.bytes for term in self.terms if term.place != "host")

    @property
    def needed_per_device(self) -> int:
        """The same without what can leave the device when room is short."""
        return sum(term.bytes for term in self.terms if term.place == "device")

    @property
    def host_bytes(self) -> int:
        """Bytes in the computer's own memory, for each device."""
        return sum(term.bytes for term in self.terms if term.place == "host")

    @property
    def saved_bytes(self) -> int:
        """Bytes that autograd keeps for the backward pass: what `saved_tensors_hooks` would count."""
        return sum(term.bytes for term in self.terms if term.name in SAVED)

    def bytes_of(self, name: str) -> int:
        """Of one term; 0 where the plan has none."""
        return next((term.bytes for term in self.terms if term.name == name), 0)
