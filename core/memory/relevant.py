"""Which settings mean anything under a method: the others change no byte, and a form need not ask them."""

from collections.abc import Mapping
from typing import Any

from core.memory.methods import LOW_RANK, METHODS, VIRTUAL_TOKENS

ADDING = (*LOW_RANK, *VIRTUAL_TOKENS, "ia3", "adapter")
"""Methods that train new numbers beside the frozen model."""
TRAINING = tuple(name for name in METHODS if name != "inference")
METHODS_OF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("rank", "alpha", "targets", "dropout"), LOW_RANK),
    "layers": ("freeze",),
    "tokens": VIRTUAL_TOKENS,
    "hidden": ("adapter", "p-tuning"),
    "projection": ("prefix",),
    "adapter_format": ADDING,
    "base_format": ("qlora",),
    **dict.fromkeys(("optimizer", "checkpointing", "accumulation", "processor"), TRAINING),
    **dict.fromkeys(("weight_format", "cache_format"), ("inference",)),
}
"""Setting -> the methods under which it counts; a setting that is not named counts under all."""
MANY_DEVICES = ("zero", "tensor", "pipeline")
"""Ways of sharing: they need a second device."""


def is_relevant(name: str, settings: Mapping[str, Any]) -> bool:
    """Whether the setting `name` can change anything, the others being as in `settings`.

    Args:
        name: of a setting of `core.memory.plan.plan_from`.
        settings: those chosen so far; what is missing is at its default.

    >>> is_relevant("rank", {"method": "lora"}), is_relevant("rank", {"method": "full"})
    (True, False)
    >>> is_relevant("sequence", {"devices": 8, "tensor": 1})
    False
    """
    method = settings.get("method", "full")
    if name == "hidden" and method == "prefix":
        return bool(settings.get("projection", False))
    if name in METHODS_OF:
        return method in METHODS_OF[name]
    if name in MANY_DEVICES:
        return bool(settings.get("devices", 1) > 1)
    if name == "sequence":
        return bool(settings.get("devices", 1) > 1 and settings.get("tensor", 1) > 1)
    return True


def relevant_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """`settings` without those that change nothing.

    >>> relevant_settings({"preset": "gpt2", "method": "full", "rank": 8, "zero": 3})
    {'preset': 'gpt2', 'method': 'full'}
    """
    return {name: value for name, value in settings.items() if is_relevant(name, settings)}
