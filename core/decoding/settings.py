"""What a reader can set about decoding, checked once, before any work begins."""

import math
from dataclasses import dataclass, fields
from typing import Any, Literal

from core.errors import GlassboxError

Strategy = Literal["greedy", "sample", "beam", "contrastive"]
STRATEGIES: tuple[Strategy, ...] = ("greedy", "sample", "beam", "contrastive")


@dataclass(frozen=True)
class Range:
    """The values that one setting may take; `low_open` excludes the lower end itself."""

    low: float
    high: float
    low_open: bool = False

    def holds(self, value: float) -> bool:
        """Whether `value` is a finite number inside the range."""
        above = value > self.low if self.low_open else value >= self.low
        return math.isfinite(value) and above and value <= self.high


RANGES: dict[str, Range] = {
    "max_new_tokens": Range(1, 1024),
    "temperature": Range(0, 5, low_open=True),
    "top_k": Range(0, 100_000),
    "top_p": Range(0, 1, low_open=True),
    "min_p": Range(0, 1),
    "typical_p": Range(0, 1, low_open=True),
    "repetition_penalty": Range(0, 10, low_open=True),
    "presence_penalty": Range(-2, 2),
    "frequency_penalty": Range(-2, 2),
    "no_repeat_ngram_size": Range(0, 20),
    "dry_multiplier": Range(0, 10),
    "dry_base": Range(1, 10),
    "dry_allowed_length": Range(1, 50),
    "num_beams": Range(1, 32),
    "length_penalty": Range(-5, 5),
    "num_beam_groups": Range(1, 32),
    "diversity_penalty": Range(0, 20),
    "penalty_alpha": Range(0, 1),
    "contrastive_k": Range(2, 50),
    "seed": Range(0, 2**31 - 1),
}


@dataclass(frozen=True)
class DecodingSettings:
    """One way of decoding; the defaults switch every processor off.

    Names and meanings follow transformers' `GenerationConfig` where it has them; `presence_penalty`
    and `frequency_penalty` follow the OpenAI interface, `dry_*` the DRY sampler, `contrastive_k` is
    the k of contrastive search.
    """

    strategy: Strategy = "greedy"
    max_new_tokens: int = 80
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    no_repeat_ngram_size: int = 0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    num_beams: int = 4
    length_penalty: float = 1.0
    num_beam_groups: int = 1
    diversity_penalty: float = 0.0
    penalty_alpha: float = 0.6
    contrastive_k: int = 4
    stop_at_end: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for a value that is out of range or contradicts another."""
        if self.strategy not in STRATEGIES:
            raise GlassboxError(
                "decoding.error.strategy", value=str(self.strategy)[:40], known=", ".join(STRATEGIES)
            )
        for field in fields(self):
            if field.name in RANGES:
                _check_number(field.name, getattr(self, field.name), whole=field.type in (int, "int"))
        if not isinstance(self.stop_at_end, bool):
            raise GlassboxError("decoding.error.boolean", name="stop_at_end")
        if self.strategy == "beam":
            self._check_beams()

    def _check_beams(self) -> None:
        if self.num_beams % self.num_beam_groups:
            raise GlassboxError("decoding.error.groups", beams=self.num_beams, groups=self.num_beam_groups)
        if self.diversity_penalty > 0 and self.num_beam_groups == 1:
            raise GlassboxError("decoding.error.diversity")


def settings_from(values: dict[str, Any]) -> DecodingSettings:
    """Settings from a decoded JSON object, such as a `--settings` file or a job's parameters.

    Raises:
        GlassboxError: an unknown name, a value of another type, out of range or contradictory.
    """
    known = {field.name for field in fields(DecodingSettings)}
    unknown = sorted(str(name)[:40] for name in set(values) - known)
    if unknown:
        raise GlassboxError(
            "decoding.error.unknown", names=", ".join(unknown), known=", ".join(sorted(known))
        )
    return DecodingSettings(**values)


def _check_number(name: str, value: object, whole: bool) -> None:
    limits = RANGES[name]
    right_type = isinstance(value, int | float) and not isinstance(value, bool)
    if not right_type or (whole and value != int(value if math.isfinite(value) else 0)):  # type: ignore[call-overload,arg-type]
        raise GlassboxError("decoding.error.number", name=name, kind="integer" if whole else "number")
    if not limits.holds(value):  # type: ignore[arg-type]
        low = f"> {limits.low:g}" if limits.low_open else f">= {limits.low:g}"
        raise GlassboxError(
            "decoding.error.range", name=name, value=value, low=low, high=f"<= {limits.high:g}"
        )
