"""What an evaluation found, read without torch, so that a page opens quickly."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from core.errors import GlassboxError
from core.intervals import Estimate
from core.json_result import result_from_json
from core.settings import PROJECT_FOLDER
from core.translation.bootstrap import Comparison
from core.translation.rarity import RarityKind

SHIPPED_SCORES = PROJECT_FOLDER / "assets" / "checkpoints" / "translation" / "scores.json"
SHIPPED_COMMAND = "python -m core translate score-shipped"
SCORES_FILE, SENTENCES_FILE = "scores.json", "sentences.json"


BucketKind = Literal["length", "rarity"]


@dataclass(frozen=True)
class Bucket:
    """The sentences that are alike in length or rarity, scored together."""

    low: int
    high: int | None
    """Included; None: no upper end."""
    sentences: int
    bleu: Estimate
    chrf: float

    @property
    def label(self) -> str:
        """Its range.

        >>> Bucket(9, 11, 3, Estimate(0, 0, 0), 0.0).label, Bucket(20, None, 3, Estimate(0, 0, 0), 0.0).label
        ('9–11', '20+')
        """
        if self.high is None:
            return f"{self.low}+"
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


@dataclass(frozen=True)
class ModelScores:
    """One model on the whole test set."""

    model: str
    weights_sha256: str
    """Of its `model.safetensors`: these scores are of no other."""
    parameters: int
    seconds: float
    """To translate all sentences."""
    bleu: Estimate
    signature: str
    precisions: tuple[float, ...]
    """Percent, of n-grams of length 1 to 4."""
    brevity_penalty: float
    chrf: float
    chrf_signature: str
    bleu_lowercased: float
    """By the protocol of the old tutorials; see `core.translation.scoring.lowercased_bleu`."""
    lowercased_signature: str
    by_length: tuple[Bucket, ...]
    """By words of the German sentence."""
    by_rarity: tuple[Bucket, ...]
    """By its rarest word, counted as `Evaluation.rarity` says."""

    def buckets(self, kind: BucketKind) -> tuple[Bucket, ...]:
        """Those of that kind."""
        return self.by_length if kind == "length" else self.by_rarity


@dataclass(frozen=True)
class Evaluation:
    """Models on one test set, with what is needed to repeat it."""

    command: str
    data: str
    """`multi30k`, `grammar`, or `tsv`."""
    sentences: int
    dropped: int
    """Pairs left out because one side was empty."""
    beam: int
    penalty: float
    rarity: RarityKind
    resamples: int
    versions: dict[str, str]
    machine: str
    cores: int
    date: str
    models: tuple[ModelScores, ...]
    comparisons: tuple[Comparison, ...]
    """Every two models, the earlier one first."""

    def axis(self, kind: BucketKind) -> str:
        """What the buckets of that kind count: `length`, `count` or `pieces`."""
        return "length" if kind == "length" else self.rarity


@dataclass(frozen=True)
class ModelOutput:
    """What one model wrote, and what each sentence of it scored."""

    model: str
    translations: tuple[str, ...]
    bleu: tuple[float, ...]
    chrf: tuple[float, ...]


@dataclass(frozen=True)
class Sentences:
    """The test set with everything that the models wrote."""

    sources: tuple[str, ...]
    references: tuple[str, ...]
    rarest: tuple[str, ...]
    outputs: tuple[ModelOutput, ...]

    def of(self, model: str) -> ModelOutput:
        """What that model wrote."""
        return next(output for output in self.outputs if output.model == model)


def read_evaluation(path: Path) -> Evaluation:
    """An evaluation that the job or the command has written.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    found = result_from_json(Evaluation, _decoded(path), path.name)
    if not found.models:
        raise GlassboxError("translation.evaluate.error.result", file=path.name)
    return found


def read_sentences(path: Path) -> Sentences:
    """The sentences that belong to an evaluation.

    Raises:
        GlassboxError: the file is missing or is no such result.
    """
    found = result_from_json(Sentences, _decoded(path), path.name)
    columns = [found.references, found.rarest, *(output.translations for output in found.outputs)]
    if not found.outputs or any(len(column) != len(found.sources) for column in columns):
        raise GlassboxError("translation.evaluate.error.result", file=path.name)
    return found


@cache
def shipped_evaluation() -> Evaluation:
    """The three models that come with the project, on Multi30k test_2016.

    Raises:
        GlassboxError: it has not been measured, or the file is damaged.
    """
    return read_evaluation(SHIPPED_SCORES)


def _decoded(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlassboxError("translation.evaluate.error.result", file=path.name) from error
