"""The result of the ablation: read without torch, so that a page opens quickly."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import GlassboxError
from core.intervals import Estimate
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER
from core.translation.ablations import VARIANTS

SHIPPED = PROJECT_FOLDER / "assets" / "checkpoints" / "translation" / "ablations.json"
RESULT_FILE = "ablations.json"


@dataclass(frozen=True)
class Score:
    """What one variant's translations of the validation pairs are worth."""

    bleu: Estimate
    """sacreBLEU, 0 to 100, with its 95% bootstrap interval over the sentences."""
    chrf: float
    """0 to 100."""
    difference: Estimate | None
    """BLEU minus the baseline's, with the 95% interval of the paired bootstrap; None for the baseline."""
    p_value: float | None
    """How often a difference as large comes from chance, by the same bootstrap."""
    length_ratio: float
    """Tokens written, in tokens of the references."""


@dataclass(frozen=True)
class Unknown:
    """Shares of tokens that the vocabulary does not have, 0 to 1."""

    source: float
    target: float
    written: float


@dataclass(frozen=True)
class Curve:
    """Loss on the same held-out pairs while the training went on, nats a token without smoothing."""

    epochs: tuple[float, ...]
    """Epochs done, in eighths."""
    losses: tuple[float, ...]


@dataclass(frozen=True)
class Row:
    """One variant."""

    variant: str
    command: str
    changed: dict[str, object]
    """Settings that differ from the baseline's."""
    parameters: int
    vocabulary: int
    batches: int
    """Updates of the parameters, all epochs; 0 where nothing was trained."""
    seconds: float
    """Training only."""
    perplexity: float
    """exp of the mean loss of a token of all validation pairs."""
    score: Score
    unknown: Unknown
    curve: Curve
    examples: tuple[str, ...]
    """Its translations of the result's `example_sources`."""


@dataclass(frozen=True)
class AblationResult:
    """The whole experiment with what is needed to repeat it."""

    command: str
    settings: dict[str, object]
    data: str
    training_pairs: int
    validation_pairs: int
    curve_pairs: int
    """Of the validation pairs, those that the curves are measured on."""
    signature: str
    """sacreBLEU's."""
    example_sources: tuple[str, ...]
    example_references: tuple[str, ...]
    versions: dict[str, str]
    machine: str
    cores: int
    threads: int
    half_precision: bool
    """Whether matrix products were in bfloat16."""
    date: str
    rows: tuple[Row, ...]

    @property
    def baseline(self) -> Row:
        """The first row."""
        return self.rows[0]

    def of(self, variant: str) -> Row | None:
        """The row of a variant, or None: not every experiment has every variant."""
        return next((row for row in self.rows if row.variant == variant), None)

    @property
    def by_difference(self) -> tuple[Row, ...]:
        """All but the baseline, the greatest loss first."""
        compared = [(row.score.difference, row) for row in self.rows if row.score.difference is not None]
        return tuple(row for _, row in sorted(compared, key=lambda pair: pair[0].value))


def same_tokens(row: Row) -> bool:
    """Whether its perplexity is of the same tokens as the baseline's, and so may be compared."""
    return not VARIANTS[row.variant].words


def verdict(row: Row) -> str:
    """`worse`, `better`, or `open` where the interval of the difference holds zero; `baseline` for that.

    >>> from dataclasses import replace
    >>> score = Score(Estimate(30, 28, 32), 50, Estimate(-2, -3, -1), 0.01, 1.0)
    >>> row = Row("one_head", "", {}, 1, 1, 1, 1, 9, score, Unknown(0, 0, 0), Curve((), ()), ())
    >>> verdict(row), verdict(replace(row, score=replace(score, difference=Estimate(-1, -2, 1))))
    ('worse', 'open')
    """
    difference = row.score.difference
    if difference is None:
        return "baseline"
    if difference.high < 0:
        return "worse"
    return "better" if difference.low > 0 else "open"


def read_ablations(path: Path) -> AblationResult:
    """A result that the job has written, whole.

    Raises:
        GlassboxError: the file is missing, is no such result, or lacks a row.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("translation.matter.error.result", file=path.name) from error
    result = result_from_json(AblationResult, value, path.name)
    names = [row.variant for row in result.rows]
    asked = result.settings.get("variants")
    whole = isinstance(asked, list) and set(asked) <= set(names) and len(names) == len(set(names))
    known = names[:1] == ["baseline"] and all(name in VARIANTS for name in names)
    texts = all(len(row.examples) == len(result.example_sources) for row in result.rows)
    if not (whole and known and texts) or len(result.example_references) != len(result.example_sources):
        raise GlassboxError("translation.matter.error.result", file=path.name)
    return result


@cache
def shipped_ablations() -> AblationResult | None:
    """The experiment on Multi30k that comes with the project; None where it has not been run yet.

    Raises:
        GlassboxError: the file is damaged.
    """
    return read_ablations(SHIPPED) if SHIPPED.exists() else None
