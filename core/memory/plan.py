"""A plan: the model, the way of tuning it, and everything else that decides how much memory it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import GlassboxError
from core.memory.architecture import LARGEST_SIZE, Architecture, check_size
from core.memory.config_json import architecture_from
from core.memory.korthikanti import CHECKPOINTING
from core.memory.methods import VIRTUAL_TOKENS, Method, check_method
from core.memory.number_formats import BYTES, WEIGHT_FORMATS
from core.memory.optimizers import OPTIMIZERS
from core.memory.parallel import Parallel, check_parallel
from core.memory.precision import Precision, precision
from core.memory.presets import preset

ATTENTIONS = ("flash", "eager")
PROCESSORS = ("gpu", "cpu")


@dataclass(frozen=True)
class Plan:
    """One training step, or one generation, on one of `parallel.devices` devices."""

    architecture: Architecture
    method: Method = field(default_factory=Method)
    precision: Precision = field(default_factory=lambda: precision("mixed"))
    optimizer: str = "adamw"
    batch: int = 1
    """Sequences that pass the model at once on each data-parallel copy."""
    length: int = 512
    """Tokens of each, virtual ones left out."""
    accumulation: int = 1
    """Micro-batches whose gradients are added up before a step: costs no memory, except in a pipeline."""
    checkpointing: str = "none"
    attention: str = "flash"
    parallel: Parallel = field(default_factory=Parallel)
    weight_format: str = ""
    """Of the blocks' matrices for inference, such as `int8` or `nf4`; else as the precision says."""
    cache_format: str = ""
    """Of cached keys and values; else as the precision computes."""
    processor: str = "gpu"
    """On a CPU dropout keeps its masks as whole numbers and attention with dropout is not fused."""
    context_bytes: int = 0
    """What the driver takes before any tensor: it depends on card and version, so the reader says it."""


def check_plan(plan: Plan) -> Plan:
    """The plan, if it can be.

    Raises:
        GlassboxError: whatever is wrong first, in one sentence.
    """
    check_method(plan.architecture, plan.method)
    for name in ("batch", "length", "accumulation"):
        check_size(name, getattr(plan, name), LARGEST_SIZE)
    check_size("context_bytes", plan.context_bytes, 10**12, least=0)
    choices = {
        "optimizer": tuple(OPTIMIZERS),
        "checkpointing": CHECKPOINTING,
        "attention": ATTENTIONS,
        "processor": PROCESSORS,
        "weight_format": ("", *WEIGHT_FORMATS),
        "cache_format": ("", *BYTES),
    }
    for name, known in choices.items():
        if getattr(plan, name) not in known:
            raise GlassboxError(
                "memory.predict.error.choice",
                name=name,
                value=str(getattr(plan, name))[:40],
                known=", ".join(filter(None, known)),
            )
    check_parallel(plan.architecture, plan.parallel)
    longest = plan.architecture.position_rows
    if longest and sequence_length(plan) > longest:
        raise GlassboxError("memory.predict.error.length", length=sequence_length(plan), most=longest)
    return plan


def sequence_length(plan: Plan) -> int:
    """Tokens that attention sees of one sequence, virtual ones included."""
    return plan.length + (plan.method.tokens if plan.method.name in VIRTUAL_TOKENS else 0)


METHOD_SETTINGS = ("rank", "alpha", "targets", "dropout", "layers", "tokens", "hidden", "projection")
PARALLEL_SETTINGS = ("devices", "zero", "tensor", "pipeline", "sequence", "offload")
PLAN_SETTINGS = (
    "optimizer",
    "batch",
    "length",
    "accumulation",
    "checkpointing",
    "attention",
    "weight_format",
    "cache_format",
    "processor",
    "context_bytes",
)
TYPES: dict[str, type] = {
    "dropout": float,
    "projection": bool,
    "sequence": bool,
    **dict.fromkeys(
        ("offload", "optimizer", "checkpointing", "attention", "weight_format", "cache_format", "processor"),
        str,
    ),
}
"""Of the settings that are no whole numbers; targets are a list of words or words parted by commas."""


def plan_from(settings: Mapping[str, Any]) -> Plan:
    """The plan that a settings file, a link or a command describes; what is not said has its default.

    Args:
        settings: `preset` or `config` (a config.json's content), `method`, `dtype`, and any of
            METHOD_SETTINGS, PARALLEL_SETTINGS, PLAN_SETTINGS; `adapter_format`, `base_format`.

    Raises:
        GlassboxError: an unknown setting, a value of the wrong type, or a plan that cannot be.
    """
    known = {"preset", "config", "method", "dtype", "adapter_format", "base_format"}
    known |= {*METHOD_SETTINGS, *PARALLEL_SETTINGS, *PLAN_SETTINGS}
    for name in settings:
        if name not in known:
            raise GlassboxError(
                "memory.predict.error.setting", name=str(name)[:40], known=", ".join(sorted(known))
            )
    values = {
        name: _typed(name, value) for name, value in settings.items() if name not in ("config", "targets")
    }
    if "targets" in settings:
        values["targets"] = _targets(settings["targets"])
    formats = {"adapter_format": "number_format", "base_format": "base_format"}
    return check_plan(
        Plan(
            architecture=_architecture(settings),
            method=Method(
                str(values.get("method", "full")),
                **{name: values[name] for name in METHOD_SETTINGS if name in values},
                **{field: values[name] for name, field in formats.items() if name in values},
            ),
            precision=precision(str(values.get("dtype", "mixed"))),
            parallel=Parallel(**{name: values[name] for name in PARALLEL_SETTINGS if name in values}),
            **{name: values[name] for name in PLAN_SETTINGS if name in values},
        )
    )


def _architecture(settings: Mapping[str, Any]) -> Architecture:
    config, name = settings.get("config"), settings.get("preset")
    if (config is None) == (name is None):
        raise GlassboxError("memory.predict.error.one_model")
    if config is None:
        return preset(str(name))
    if not isinstance(config, Mapping):
        raise GlassboxError("memory.predict.error.not_object")
    return architecture_from(config)


def _typed(name: str, value: object) -> Any:
    """`value`, if it is of the setting's type."""
    words = ("preset", "method", "dtype", "adapter_format", "base_format")
    wanted = str if name in words else TYPES.get(name, int)
    if wanted is int:
        return check_size(name, value, 10**15, least=0)
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1:
        return float(value)
    if wanted is not float and isinstance(value, wanted):
        return value
    raise GlassboxError("memory.predict.error.type", name=name, value=str(value)[:40])


def _targets(value: object) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise GlassboxError("memory.predict.error.type", name="targets", value=str(value)[:40])
    return tuple(word.strip() for word in words if word.strip())
