"""Curves that answer a question together: the same setting turned under the choices it matters for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import GlassboxError
from core.memory.compare import Curve, Setting, curve
from core.memory.methods import LOW_RANK, VIRTUAL_TOKENS
from core.memory.plan import Plan, sequence_length

SETTINGS: tuple[Setting, ...] = ("length", "batch", "rank", "devices", "tokens")
VALUES: dict[str, tuple[int, ...]] = {
    "rank": (1, 2, 4, 8, 16, 32, 64, 128, 256),
    "length": (128, 256, 512, 1024, 2048, 4096, 8192, 16_384),
    "batch": (1, 2, 4, 8, 16, 32, 64),
    "devices": (1, 2, 4, 8, 16, 32, 64),
    "tokens": (1, 5, 10, 20, 50, 100, 200, 500),
}


@dataclass(frozen=True)
class NamedCurve:
    """One line of a figure."""

    name: str
    """`memory.compare.line.<name>` says what it is."""
    curve: Curve


@dataclass(frozen=True)
class CurveFamily:
    """The lines over one setting, and why some are missing."""

    setting: Setting
    lines: tuple[NamedCurve, ...]
    refused: tuple[GlassboxError, ...]


def curve_family(plan: Plan, setting: Setting) -> CurveFamily:
    """The lines that belong to `setting`, for the plan's model.

    Rank: the low-rank methods. Virtual tokens: the methods that have them. Devices: ZeRO's stages.
    Batch and length: full tuning, LoRA, QLoRA, and LoRA with what changes its activations.

    >>> from core.memory.plan import plan_from
    >>> family = curve_family(plan_from({"preset": "gpt2", "length": 128}), "devices")
    >>> [line.name for line in family.lines]
    ['zero_0', 'zero_1', 'zero_2', 'zero_3']
    """
    lines, refused = [], []
    for name, variant in _variants(plan, setting):
        try:
            lines.append(NamedCurve(name, curve(variant, setting, possible_values(variant, setting))))
        except GlassboxError as error:
            refused.append(error)
    return CurveFamily(setting, tuple(lines), tuple(refused))


def possible_values(plan: Plan, setting: Setting) -> tuple[int, ...]:
    """Of VALUES those that the model can have: no longer than its learned positions, no rank above its width.

    >>> from core.memory.plan import plan_from
    >>> possible_values(plan_from({"preset": "bert-base-uncased", "length": 64}), "length")
    (128, 256, 512)
    """
    architecture, most = plan.architecture, 10**9
    if setting == "length" and architecture.position_rows:
        most = architecture.position_rows - (sequence_length(plan) - plan.length)
    if setting == "rank":
        most = min(architecture.width, architecture.key_width)
    if setting == "tokens" and architecture.position_rows and plan.method.name != "prefix":
        most = architecture.position_rows - plan.length
    found = tuple(value for value in VALUES[setting] if value <= most)
    return found or (1,)


def _variants(plan: Plan, setting: Setting) -> Sequence[tuple[str, Plan]]:
    """Name and plan of each line."""
    if setting == "devices":
        alone = replace(plan.parallel, tensor=1, pipeline=1, sequence=False)
        return [(f"zero_{zero}", replace(plan, parallel=replace(alone, zero=zero))) for zero in range(4)]
    if setting == "rank":
        return [(name, _with_method(plan, name)) for name in ("lora", "qlora", "adalora")]
    if setting == "tokens":
        return [(name, _with_method(plan, name)) for name in ("prompt", "prefix", "p-tuning")]
    lora = _with_method(plan, "lora")
    lines = [(name, _with_method(plan, name)) for name in ("full", "lora", "qlora")]
    if plan.checkpointing != "full":
        lines.append(("lora_checkpointed", replace(lora, checkpointing="full")))
    if setting == "length":
        other = "eager" if plan.attention == "flash" else "flash"
        lines.append((f"lora_{other}", replace(lora, attention=other)))
    return lines


def _with_method(plan: Plan, name: str) -> Plan:
    return replace(plan, method=replace(plan.method, name=name))


def terms_plan(plan: Plan, setting: Setting) -> Plan:
    """A plan near `plan` in which `setting` matters.

    LoRA for the rank, prompt tuning for virtual tokens, ZeRO-3 for devices where no stage is chosen.

    >>> from core.memory.plan import plan_from
    >>> terms_plan(plan_from({"preset": "gpt2", "length": 64}), "rank").method.name
    'lora'
    """
    if setting == "rank" and plan.method.name not in LOW_RANK:
        return _with_method(plan, "lora")
    if setting == "tokens" and plan.method.name not in VIRTUAL_TOKENS:
        return _with_method(plan, "prompt")
    if setting == "devices":
        stage = plan.parallel.zero or 3
        return replace(
            plan, parallel=replace(plan.parallel, tensor=1, pipeline=1, sequence=False, zero=stage)
        )
    return plan
