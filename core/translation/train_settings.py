"""What a training job is given: data, model, training; checked as if a stranger had written it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from core.errors import GlassboxError
from core.translation.settings import ModelSettings, TrainingSettings, check_settings

Data = Literal["grammar", "multi30k", "tsv"]
DATA: tuple[Data, ...] = get_args(Data)

GRAMMAR_MODEL = ModelSettings(vocabulary_size=700, width=64, layers=2, heads=4, feed_forward=256, dropout=0.1)
GRAMMAR_TRAINING = TrainingSettings(
    epochs=8,
    tokens_per_batch=1024,
    learning_rate=5e-3,
    warmup_steps=100,
    bpe_dropout=0.0,
    averaged_checkpoints=3,
)
"""A first run: the word order of the grammar's captions within three minutes on two cores."""
GRAMMAR_PAIRS = 5_000

_DIGEST = re.compile(r"[0-9a-f]{64}|")


@dataclass(frozen=True)
class RunSettings:
    """A training as it can be repeated."""

    data: Data = "grammar"
    pairs: int = GRAMMAR_PAIRS
    """How many to learn from; 0 takes all that there are (of the grammar: the default's number)."""
    upload: str = ""
    """SHA-256 of the reader's own pairs, for `tsv`."""
    model: ModelSettings = field(default_factory=lambda: GRAMMAR_MODEL)
    training: TrainingSettings = field(default_factory=lambda: GRAMMAR_TRAINING)


def suggested(data: Data) -> RunSettings:
    """Settings that suit the data: small and quick, or those of the shipped Transformer."""
    if data == "multi30k":
        return RunSettings(data, 0, "", ModelSettings(), TrainingSettings())
    if data == "tsv":
        return RunSettings(data, 0)
    return RunSettings()


def run_settings(parameters: Mapping[str, Any]) -> RunSettings:
    """The parameters of a job as settings; what is not given has the default of its data.

    Raises:
        GlassboxError: a name is unknown, or a value out of range or of the wrong kind.

    >>> run_settings({"model": {"width": 32}}).model.width
    32
    """
    _check_names(parameters, RunSettings)
    data = parameters.get("data", "grammar")
    if data not in DATA:
        raise GlassboxError("translation.settings.error.choice", name="data", known=", ".join(DATA))
    usual = suggested(data)
    pairs = parameters.get("pairs", usual.pairs)
    if type(pairs) is not int or not 0 <= pairs <= 10_000_000:
        raise GlassboxError("translation.settings.error.range", name="pairs", low=0, high=10_000_000)
    upload = parameters.get("upload", "")
    if not isinstance(upload, str) or not _DIGEST.fullmatch(upload) or (data == "tsv" and not upload):
        raise GlassboxError("translation.train.error.upload_missing")
    model = _changed(usual.model, parameters.get("model", {}))
    training = _changed(usual.training, parameters.get("training", {}))
    return RunSettings(data, pairs, upload, model, training)


def _changed(usual: Any, given: Any) -> Any:
    """`usual` with the values of the table `given`, checked."""
    if not isinstance(given, Mapping):
        raise GlassboxError("translation.train.error.unknown_setting", name=str(given)[:40])
    _check_names(given, type(usual))
    values = {part.name: getattr(usual, part.name) for part in fields(usual)}
    changed = type(usual)(**{**values, **given})
    check_settings(changed)
    return changed


def _check_names(given: Mapping[str, Any], kind: type[Any]) -> None:
    for name in given.keys() - {part.name for part in fields(kind)}:
        raise GlassboxError("translation.train.error.unknown_setting", name=str(name)[:40])
