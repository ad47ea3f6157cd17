"""The background job that classifies a reader's table."""

import csv
import shutil
from pathlib import Path

import pytest

from core.classification.methods.table import METHODS
from core.classification.shipped import sample_split
from core.classification.trained_models import load_classifier
from core.classification.training import train_method
from core.classification.use.model_zip import unpacked_model, zipped_model
from core.classification.use.predict_job import PREDICTED_FILE, keep_table, run, used_folder
from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext

TABLE = 'id,message\n1,"where is my parcel"\n2,\n=1+1,"where is my parcel"\n4,"cancel my order, please"\n'


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    method, folder = METHODS["tfidf"], tmp_path_factory.mktemp("model") / "tfidf"
    train_method(sample_split("en"), method, method.settings(), folder, lambda told: None)
    return zipped_model(folder)


@pytest.fixture
def workspace(trained: bytes, tmp_path: Path) -> Path:
    folder = tmp_path / ("0" * 32)
    unpacked_model(folder, trained)
    return folder


def context(workspace: Path, **changed: object) -> JobContext:
    brought = next((workspace / "classification-models").iterdir()).name
    table = keep_table(workspace, TABLE.encode())
    parameters = {"table": table, "column": "message", "model": {"brought": brought}} | changed
    folder = workspace / "jobs" / "1"
    return JobContext(parameters, folder / "checkpoint", folder / "result")


def test_every_row_gets_its_prediction_and_keeps_its_columns(workspace: Path):
    given = context(workspace)
    run(given)
    with (given.result_folder / PREDICTED_FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id", "message", "prediction", "probability", "out_of_scope"]
    assert [row["id"] for row in rows] == ["1", "2", "'=1+1", "4"]
    model = load_classifier(used_folder(workspace, given.parameters["model"]))
    found = model.probabilities(["where is my parcel", "cancel my order, please"])
    assert [rows[0]["prediction"], rows[3]["prediction"]] == [
        model.classes[place] for place in found.argmax(axis=1)
    ]
    assert float(rows[2]["probability"]) == pytest.approx(found[0].max(), abs=1e-6)
    assert (rows[1]["prediction"], rows[1]["out_of_scope"]) == ("", "true")


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"column": "text"}, "classification.train.error.no_column"),
        ({"table": "f" * 64}, "classification.use.error.table_gone"),
        ({"table": "../../secret"}, "classification.use.error.table_gone"),
        ({"model": {"brought": "f" * 64}}, "classification.use.error.model_gone"),
        ({"model": {"job": "../../x", "method": "tfidf"}}, "jobs.error.missing"),
        ({"model": "tfidf"}, "classification.use.error.model_gone"),
    ],
)
def test_what_is_not_there_is_said_in_words(workspace: Path, changed: dict[str, object], key: str):
    with pytest.raises(GlassboxError) as refused:
        run(context(workspace, **changed))
    assert refused.value.key == key


def test_a_cancelled_job_leaves_no_half_a_file(workspace: Path):
    given = context(workspace)
    stopped = JobContext(
        given.parameters, given.checkpoint_folder, given.result_folder, cancelled=lambda: True
    )
    with pytest.raises(JobCancelled):
        run(stopped)
    assert not (given.result_folder / PREDICTED_FILE).exists()
    shutil.rmtree(given.result_folder, ignore_errors=True)
    run(given)
    assert (given.result_folder / PREDICTED_FILE).is_file()
