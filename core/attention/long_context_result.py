"""What the long-context experiment can be told and what it found: read without torch.

SmolLM2 was trained on texts of at most 8,192 tokens. It reads one text up to and past that length, with
its rotation as it is and stretched in four ways, and the loss of each token is kept by its position.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.errors import GlassboxError
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER
from core.wording import Words

SHIPPED = PROJECT_FOLDER / "assets" / "checkpoints" / "attention" / "long_context.json"
RESULT_FILE = "long_context.json"
SCHEMES = ("unscaled", "interpolation", "ntk", "dynamic", "yarn")
BUCKET = 256
"""Positions whose losses are averaged."""
LENGTHS = (512, 32_768)
FACTORS = (1.0, 16.0)


@dataclass(frozen=True)
class Parameters:
    """One experiment."""

    length: int = 12_288
    """Tokens of the text that are read; a multiple of `BUCKET`."""
    factor: float = 2.0
    """By how much the context is to grow; dynamic NTK takes it from the text's length instead."""
    schemes: tuple[str, ...] = SCHEMES

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for a value of another type or out of range."""
        whole = isinstance(self.length, int) and not isinstance(self.length, bool)
        if not (whole and LENGTHS[0] <= self.length <= LENGTHS[1] and self.length % BUCKET == 0):
            raise GlassboxError(
                "attention.experiment.error.length", low=LENGTHS[0], high=LENGTHS[1], step=BUCKET
            )
        number = isinstance(self.factor, int | float) and not isinstance(self.factor, bool)
        if not (number and FACTORS[0] <= self.factor <= FACTORS[1]):
            raise GlassboxError("attention.experiment.error.factor", low=FACTORS[0], high=FACTORS[1])
        known = all(scheme in SCHEMES for scheme in self.schemes)
        if not (known and 1 <= len(set(self.schemes)) == len(self.schemes)):
            raise GlassboxError("attention.experiment.error.schemes", known=", ".join(SCHEMES))


def parameters_from(values: Mapping[str, Any]) -> Parameters:
    """The experiment that a settings file or a job's specification describes.

    Raises:
        GlassboxError: an unknown name, a wrong type or a value out of range.

    >>> parameters_from({"schemes": ["yarn"]}).schemes
    ('yarn',)
    """
    known = [field.name for field in fields(Parameters)]
    unknown = sorted(str(name)[:40] for name in set(values) - set(known))
    if unknown:
        raise GlassboxError(
            "attention.experiment.error.unknown", names=", ".join(unknown), known=", ".join(known)
        )
    if not isinstance(values.get("schemes", []), list | tuple):
        raise GlassboxError("attention.experiment.error.list", name="schemes")
    return Parameters(**{**values, "schemes": tuple(values.get("schemes", SCHEMES))})


@dataclass(frozen=True)
class ScalingRun:
    """The text read once with one rotation."""

    scheme: str
    losses: tuple[float, ...]
    """Nats a token, the mean of each `BUCKET` positions; the first token is not predicted."""
    seconds: float
    processor_seconds: float


@dataclass(frozen=True)
class LongContextResult:
    """The whole experiment with what is needed to repeat it."""

    command: str
    parameters: dict[str, object]
    model: str
    model_sha256: str
    text: str
    text_sha256: str
    length: int
    context: int
    """Tokens of the longest text in training."""
    bucket: int
    versions: dict[str, str]
    machine: str
    cores: int
    threads: int
    date: str
    runs: tuple[ScalingRun, ...]

    def of(self, scheme: str) -> ScalingRun:
        """The run of one scheme."""
        return next(run for run in self.runs if run.scheme == scheme)


def mean_between(result: LongContextResult, scheme: str, start: int, end: int) -> float:
    """The mean loss of the positions from `start` up to `end`, both multiples of the bucket."""
    part = result.of(scheme).losses[start // result.bucket : end // result.bucket]
    return sum(part) / len(part)


def against_unscaled(result: LongContextResult, scheme: str) -> tuple[float, ...]:
    """Loss with this rotation minus loss with the one as trained, bucket by bucket, nats a token.

    The same tokens on both sides, so how hard a passage is drops out; below 0 the stretching helps.
    """
    own = result.of("unscaled").losses
    return tuple(a - b for a, b in zip(result.of(scheme).losses, own, strict=True))


def ranges_of(result: LongContextResult) -> tuple[tuple[int, int], ...]:
    """The ranges of the table: the trained length in two halves, then what lies beyond, in two halves.

    Only those that the text reaches and that hold whole buckets.
    """
    middle, beyond = result.context // 2, (result.length - result.context) // 2
    step = max(beyond // result.bucket, 1) * result.bucket
    borders = [0, middle, result.context, result.context + step, result.length]
    kept = [border for border in borders if border <= result.length]
    return tuple((low, high) for low, high in pairwise(kept) if high > low)


def table(result: LongContextResult, words: Words) -> list[dict[str, object]]:
    """One row a scheme: mean loss in each range of positions."""
    return [
        {words("attention.experiment.column.rotation"): words(f"attention.experiment.rotation.{run.scheme}")}
        | {
            words("attention.experiment.column.range", low=low, high=high - 1): round(
                mean_between(result, run.scheme, low, high), 3
            )
            for low, high in ranges_of(result)
        }
        for run in result.runs
    ]


def read_result(path: Path) -> LongContextResult:
    """A result that the job has written, each run complete.

    Raises:
        GlassboxError: the file is missing, is no such result, or lacks buckets.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("attention.experiment.error.result", file=path.name) from error
    result = result_from_json(LongContextResult, value, path.name)
    buckets = result.length // result.bucket
    if not result.runs or any(len(run.losses) != buckets for run in result.runs):
        raise GlassboxError("attention.experiment.error.result", file=path.name)
    return result


@cache
def shipped_result() -> LongContextResult:
    """The result that comes with the project.

    Raises:
        GlassboxError: the file is missing or damaged.
    """
    return read_result(SHIPPED)
