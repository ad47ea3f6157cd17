"""What a training leaves beside its model: on what it learned, with which settings, and what it measured."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.classification.model_folder import read_sealed, sealed
from core.classification.scores import Scores
from core.classification.settings import TrainSettings
from core.errors import GlassboxError
from core.files import write_text_whole
from core.json_result import result_from_json

RECORD_FILE = "training.json"


@dataclass(frozen=True)
class TrainingRecord:
    """One method on one split."""

    method: str
    settings: TrainSettings
    data: str
    """The split's name."""
    split: str
    """SHA-256 of the split, under which a workspace keeps it; equal digests: the same rows."""
    split_seed: int
    training_rows: int
    validation_rows: int
    test_rows: int
    classes: int
    parameters_trained: int
    seconds: float
    """Of learning, embeddings of the training rows included."""
    prediction_seconds: float
    """Of the test rows."""
    threshold: float
    """A new text whose most probable class has less is called out of scope."""
    false_alarms: float
    """Share of validation rows, all in scope, that lie below it."""
    scores: Scores | None
    """On the test rows; None without any."""


def write_record(folder: Path, record: TrainingRecord) -> None:
    """Write it into the model's folder: the last file of a training that came to its end."""
    write_text_whole(folder / RECORD_FILE, json.dumps(sealed(asdict(record)), indent=1))


def read_record(folder: Path) -> TrainingRecord:
    """What `write_record` wrote.

    Raises:
        GlassboxError: it is missing, altered, or from another version.
    """
    value = read_sealed(folder / RECORD_FILE)
    del value["sha256"]
    try:
        return result_from_json(TrainingRecord, value, RECORD_FILE)
    except GlassboxError as error:
        raise GlassboxError("classification.train.error.version", folder=folder.name) from error
