"""What the comparison of tuning methods is told: which methods, how many steps; read without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import GlassboxError

RANKS = (1, 2, 4, 8, 16, 32, 64)
STEPS = (4, 60)
SCALE = 2
"""alpha / rank, the same at every rank, so that one learning rate suits them all."""
SHARED_BLOCK = 15
"""The block whose query and value updates are kept for the pictures."""
RESTARTS = 3
"""Parts of a ReLoRA run: each but the last ends with a merge."""
RELORA_RANK = 4
BATCH = 4

METHODS: dict[str, dict[str, object]] = {
    "full": {"method": "full"},
    "full-gentle": {"method": "full"},
    "freeze-10": {"method": "freeze", "layers": 10},
    "freeze-2": {"method": "freeze", "layers": 2},
    "bitfit": {"method": "bitfit"},
    **{f"lora-{rank}": {"method": "lora", "rank": rank, "alpha": SCALE * rank} for rank in RANKS},
    "lora-8-gentle": {"method": "lora", "rank": 8, "alpha": SCALE * 8},
    "relora": {"method": "relora", "rank": RELORA_RANK, "alpha": SCALE * RELORA_RANK},
    "adalora": {"method": "adalora", "rank": 12, "alpha": SCALE * 12},
    "ia3": {"method": "ia3"},
    "adapter": {"method": "adapter", "hidden": 64},
    "prompt": {"method": "prompt", "tokens": 20},
    "prefix": {"method": "prefix", "tokens": 20},
    "p-tuning": {"method": "p-tuning", "tokens": 20, "hidden": 128},
}
"""Every row of the comparison: its name and its settings, as a plan takes them where a plan has them."""

LEARNING_RATES = {
    "full": 1e-4,
    "freeze": 1e-3,
    "bitfit": 3e-3,
    "lora": 2e-3,
    "relora": 2e-3,
    "adalora": 2e-2,
    "ia3": 2e-2,
    "adapter": 2e-3,
    "prompt": 3e-2,
    "prefix": 1e-2,
    "p-tuning": 1e-2,
}
"""One for each method, the best of a few that were tried for ten steps; AdamW without decay, constant."""
GENTLE = {"full-gentle": 2e-5, "lora-8-gentle": 5e-4}
"""The same two methods with smaller steps: how much is forgotten depends on that, too."""


@dataclass(frozen=True)
class TuningParameters:
    """What a reader may choose."""

    methods: tuple[str, ...] = ("full", "lora-8", "ia3", "prompt")
    steps: int = 8
    every: int = 4
    """Steps between two looks at the held-out orders and the general text."""
    after: bool = False
    """Whether to go on from the rank-8 adapter and to vary its alpha, which needs `lora-8`."""

    def learning_rate(self, name: str) -> float:
        """Of a row."""
        return GENTLE.get(name, LEARNING_RATES[str(METHODS[name]["method"])])


def parameters_from(values: Mapping[str, Any]) -> TuningParameters:
    """The parameters in a job's settings.

    Raises:
        GlassboxError: unknown settings, methods or values.

    >>> parameters_from({"methods": ["lora-4"], "steps": 8}).steps
    8
    """
    known = TuningParameters.__dataclass_fields__
    for name in values:
        if name not in known:
            raise GlassboxError("memory.lora.error.setting", name=str(name)[:40], known=", ".join(known))
    given = {**values}
    methods = given.get("methods", TuningParameters.methods)
    if (
        not isinstance(methods, list | tuple)
        or not methods
        or any(name not in list(METHODS) for name in methods)
    ):
        raise GlassboxError("memory.lora.error.methods", known=", ".join(METHODS))
    given["methods"] = tuple(name for name in METHODS if name in methods)
    parameters = TuningParameters(**given)
    for name, (low, high) in (("steps", STEPS), ("every", (1, STEPS[1]))):
        value = getattr(parameters, name)
        if type(value) is not int or not low <= value <= high:
            raise GlassboxError("memory.lora.error.number", name=name, low=low, high=high)
    if type(parameters.after) is not bool or (parameters.after and "lora-8" not in parameters.methods):
        raise GlassboxError("memory.lora.error.after")
    return parameters
