"""The result of the position experiment: read without torch, so that a page opens quickly."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.attention.schemes.settings import SCHEMES
from core.errors import GlassboxError
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER
from core.spread import Spread, spread
from core.wording import Words

SHIPPED = PROJECT_FOLDER / "assets" / "checkpoints" / "attention" / "schemes.json"
RESULT_FILE = "schemes.json"


@dataclass(frozen=True)
class SchemeRun:
    """One training and what was measured afterwards."""

    scheme: str
    seed: int
    weights: int
    """Numbers that were trained."""
    curve: tuple[float, ...]
    """Training loss in nats a token, each the mean of `SchemesResult.steps_a_point` steps."""
    by_position: tuple[float, ...]
    """Held-out loss in the 1st, 2nd, ... training length of a text; one entry only for `learned`."""
    seconds: float
    """Wall clock, training and measuring."""
    processor_seconds: float
    """Of all cores together: what the same work costs on a machine that others use too."""


@dataclass(frozen=True)
class SchemesResult:
    """The whole experiment with what is needed to repeat it."""

    command: str
    parameters: dict[str, object]
    text: str
    text_sha256: str
    training_tokens: int
    held_out_tokens: int
    counted_tokens: int
    """Predicted in each bucket of positions, the same in all."""
    training_length: int
    steps_a_point: int
    versions: dict[str, str]
    machine: str
    cores: int
    threads: int
    date: str
    runs: tuple[SchemeRun, ...]

    @property
    def schemes(self) -> tuple[str, ...]:
        """Those of the runs, in the order of the lesson."""
        return tuple(scheme for scheme in SCHEMES if any(run.scheme == scheme for run in self.runs))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Those of the runs."""
        return tuple(sorted({run.seed for run in self.runs}))

    def of(self, scheme: str) -> tuple[SchemeRun, ...]:
        """The runs of one scheme, one a seed."""
        return tuple(run for run in self.runs if run.scheme == scheme)


def curve_of(result: SchemesResult, scheme: str) -> tuple[Spread, ...]:
    """The training loss of a scheme at each point of the curve."""
    return tuple(spread(list(each)) for each in zip(*(run.curve for run in result.of(scheme)), strict=True))


def positions_of(result: SchemesResult, scheme: str) -> tuple[Spread, ...]:
    """The held-out loss of a scheme in each bucket of positions."""
    return tuple(
        spread(list(each)) for each in zip(*(run.by_position for run in result.of(scheme)), strict=True)
    )


def rise_of(result: SchemesResult, scheme: str) -> Spread | None:
    """Loss in the last bucket minus loss within the training length; None where there is only the first."""
    runs = result.of(scheme)
    if any(len(run.by_position) < 2 for run in runs):
        return None
    return spread([run.by_position[-1] - run.by_position[0] for run in runs])


def table(result: SchemesResult, words: Words) -> list[dict[str, object]]:
    """One row a scheme: mean and range over the seeds, under headings in the reader's language."""
    rows: list[dict[str, object]] = []
    for scheme in result.schemes:
        places = positions_of(result, scheme)
        rise = rise_of(result, scheme)
        rows.append(
            {
                words("attention.experiment.column.scheme"): words(f"attention.experiment.scheme.{scheme}"),
                words("attention.experiment.column.training"): _cell(curve_of(result, scheme)[-1]),
                words("attention.experiment.column.within"): _cell(places[0]),
                words("attention.experiment.column.double"): _cell(places[1]) if rise else "–",
                words("attention.experiment.column.far"): _cell(places[-1]) if rise else "–",
                words("attention.experiment.column.rise"): _cell(rise, "+") if rise else "–",
            }
        )
    return rows


def _cell(figure: Spread, sign: str = "") -> str:
    return f"{figure.mean:{sign}.3f} ({figure.low:{sign}.3f} … {figure.high:{sign}.3f})"


def read_result(path: Path) -> SchemesResult:
    """A result that the job has written, each run complete.

    Raises:
        GlassboxError: the file is missing, is no such result, or lacks a run.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("attention.experiment.error.result", file=path.name) from error
    result = result_from_json(SchemesResult, value, path.name)
    expected = {(seed, scheme) for seed in result.seeds for scheme in result.schemes}
    if not result.runs or len(result.runs) != len(expected):
        raise GlassboxError("attention.experiment.error.result", file=path.name)
    return result


@cache
def shipped_result() -> SchemesResult:
    """The three seeds that come with the project.

    Raises:
        GlassboxError: the file is missing or damaged.
    """
    return read_result(SHIPPED)
