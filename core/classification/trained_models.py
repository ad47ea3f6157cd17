"""The trained models of a workspace: what its training jobs left, one folder a method."""

import re
from dataclasses import dataclass
from pathlib import Path

from core.classification.classifier import Classifier
from core.classification.kept_predictions import kept_predictions
from core.classification.methods.table import METHODS, method_named
from core.classification.model_folder import read_model
from core.classification.predictions import Predictions
from core.classification.training_record import RECORD_FILE, TrainingRecord, read_record
from core.errors import GlassboxError
from core.jobs.store import Job, jobs_of

KIND = "classification.train"


@dataclass(frozen=True)
class TrainedModel:
    """A method of a job that came to its end."""

    job: str
    """The job's id; one job may have trained several methods."""
    folder: Path
    record: TrainingRecord

    @property
    def name(self) -> str:
        """How it is called; no two of a workspace share it."""
        data = re.sub(r"[^\w-]+", "-", self.record.data)[:24].strip("-") or "data"
        return f"{self.record.method}-{data}-{self.job[-4:]}"


def trained_models(owner: str) -> list[TrainedModel]:
    """Every model of a workspace, those of the newest job first, in a job the cheapest method first.

    Methods that a running or cancelled job has finished are among them. A record that cannot be read, of
    another version say, is passed over.
    """
    found = []
    for job in reversed(training_jobs(owner)):
        for method in METHODS:
            folder = model_folder(job, method)
            if (folder / RECORD_FILE).is_file():
                try:
                    found.append(TrainedModel(job.id, folder, read_record(folder)))
                except GlassboxError:
                    continue
    return found


def training_jobs(owner: str) -> list[Job]:
    """The trainings of a workspace, the oldest first."""
    return [job for job in jobs_of(owner) if job.kind == KIND]


def model_folder(job: Job, method: str) -> Path:
    """Where a job leaves the model of a method."""
    return job.result_folder / method


def predictions_on_test(model: TrainedModel) -> Predictions:
    """What it said about the test rows of its split.

    Raises:
        GlassboxError: the file is missing or damaged.
    """
    return kept_predictions(model.folder, "test")


def validation_predictions(model: TrainedModel) -> Predictions:
    """What it said about the validation rows, on which thresholds and temperatures are chosen.

    Raises:
        GlassboxError: the file is missing or damaged.
    """
    return kept_predictions(model.folder, "validation")


def load_classifier(folder: Path) -> Classifier:
    """The classifier in a folder, of whatever method; every checksum is compared.

    Raises:
        GlassboxError: no model there, altered, incomplete, or of another version.
    """
    parts = read_model(folder)
    try:
        return method_named(parts.method).load(folder)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise GlassboxError("classification.train.error.altered", folder=folder.name) from error
