"""A training of one's own: what it records, that an interruption leaves no trace, and every refusal."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from core.errors import GlassboxError
from core.jobs import submit
from core.jobs.context import JobCancelled, JobContext
from core.jobs.store import jobs_of
from core.translation.model_folder import load_translator
from core.translation.own_models import own_models, run_name
from core.translation.train_compare import differing_settings
from core.translation.train_job import check_size, run
from core.translation.train_record import read_record
from core.translation.train_settings import DATA, run_settings, suggested
from core.translation.train_upload import FEWEST_PAIRS, keep_upload, kept_pairs, read_upload
from core.translation.train_zip import zipped_model

PROJECT = Path(__file__).parents[3]
TINY: dict[str, Any] = {
    "pairs": 150,
    "model": {"width": 16, "layers": 1, "heads": 2, "feed_forward": 32, "vocabulary_size": 400},
    "training": {"epochs": 3, "tokens_per_batch": 1024, "warmup_steps": 3},
}


def context(folder: Path, parameters: dict[str, Any] = TINY, **how: Any) -> JobContext:
    """A job's context in `folder`, which stands in a workspace of its own."""
    job = folder / "jobs" / "1700000000000-0000abcd"
    (job / "checkpoint").mkdir(parents=True, exist_ok=True)
    (job / "result").mkdir(exist_ok=True)
    return JobContext(parameters, job / "checkpoint", job / "result", **how)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> JobContext:
    """A training that was left alone."""
    done = context(tmp_path_factory.mktemp("finished"))
    run(done)
    return done


def test_every_epoch_is_recorded_and_the_model_is_kept(finished: JobContext):
    record = read_record(finished.result_folder)
    assert record is not None
    assert [epoch.number for epoch in record.epochs] == [1, 2, 3]
    assert record.pairs == 150
    assert 0 < (record.words_in_german_order or 0) < 0.2
    assert all(len(epoch.samples) == len(record.samples) == 3 for epoch in record.epochs)
    assert record.epochs[-1].validation_loss < record.epochs[0].validation_loss
    translator = load_translator(finished.result_folder / "model")
    assert translator.about.model.width == 16
    assert len(translator.about.epochs) == 3


def test_a_training_that_was_interrupted_goes_on_with_the_same_losses(finished: JobContext, tmp_path: Path):
    """Stopped in the second epoch, then run again: every loss and every translation is the same."""
    looks = iter([False] * 4 + [True] * 10_000)
    with pytest.raises(JobCancelled):
        run(context(tmp_path, cancelled=lambda: next(looks)))
    run(context(tmp_path))
    again = read_record(context(tmp_path).result_folder)
    whole = read_record(finished.result_folder)
    assert again is not None
    assert whole is not None
    for one, other in zip(again.epochs, whole.epochs, strict=True):
        assert one.validation_loss == pytest.approx(other.validation_loss, rel=1e-6)
        assert one.training_loss == pytest.approx(other.training_loss, rel=1e-6)
        assert (one.bleu, one.order, one.samples) == (other.bleu, other.order, other.samples)


def test_a_killed_worker_is_resumed_with_the_same_loss_curve(
    finished: JobContext, empty_home: Path, monkeypatch: pytest.MonkeyPatch
):
    """The real worker, killed with SIGKILL after its first epoch; then run to its end."""
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")  # the test starts the worker itself
    monkeypatch.setenv("GLASSBOX_THREADS", "1")
    job = submit("cd" * 16, "translation.train", TINY)
    command = [sys.executable, "-m", "core.jobs.worker", str(job.folder)]
    worker = subprocess.Popen(command, cwd=PROJECT)
    deadline = time.monotonic() + 120
    while not (job.folder / "checkpoint" / "state.json").exists():
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, timeout=200).returncode == 0
    again, whole = read_record(job.result_folder), read_record(finished.result_folder)
    assert again is not None
    assert whole is not None
    losses = [epoch.validation_loss for epoch in again.epochs]
    assert losses == pytest.approx([epoch.validation_loss for epoch in whole.epochs], rel=1e-5)
    assert own_models("cd" * 16) == {run_name(job): job.result_folder / "model"}
    assert jobs_of("cd" * 16)[0].state().status == "done"


def test_a_full_disk_at_a_checkpoint_is_said_and_the_epoch_before_stays(tmp_path: Path):
    """Files may have 60 kB: less than a checkpoint needs."""
    script = (
        "import resource, sys; from pathlib import Path;"
        "from tests.core.translation.test_translation_train_job import context;"
        "from core.translation.train_job import run; import torch;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
        f"run(context(Path({str(tmp_path)!r})))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert found.returncode != 0
    assert "GlassboxError" in found.stderr.splitlines()[-1], found.stderr[-2000:]
    assert os.strerror(27) in found.stderr.splitlines()[-1]
    left = {path.name for path in context(tmp_path).checkpoint_folder.iterdir()}
    assert not {name for name in left if name.startswith(".")}
    run(context(tmp_path))  # with room again it goes on
    assert len(read_record(context(tmp_path).result_folder).epochs) == 3  # type: ignore[union-attr]


def test_the_zip_holds_the_model_and_nothing_else(finished: JobContext):
    with zipfile.ZipFile(BytesIO(zipped_model(finished.result_folder / "model"))) as packed:
        assert sorted(packed.namelist()) == ["model.json", "model.safetensors", "vocabulary.json"]
        assert json.loads(packed.read("model.json"))["model"]["width"] == 16


@pytest.mark.parametrize("data", DATA)
def test_suggested_settings_are_in_range(data: str):
    parameters = {"data": data, "upload": "0" * 64 if data == "tsv" else ""}
    assert run_settings(parameters).model == suggested(data).model


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"data": "web"}, "data must be one of"),
        ({"pairs": -1}, "pairs must be a number"),
        ({"pairs": True}, "pairs must be a number"),
        ({"colour": 1}, "no setting colour"),
        ({"model": {"depth": 3}}, "no setting depth"),
        ({"model": {"width": 30, "heads": 4}}, "do not divide"),
        ({"model": {"tied": "yes"}}, "tied must be true or false"),
        ({"model": 3}, "no setting 3"),
        ({"training": {"epochs": 0}}, "epochs must be a number"),
        ({"data": "tsv"}, "Upload them again"),
        ({"data": "tsv", "upload": "../../etc"}, "Upload them again"),
    ],
)
def test_impossible_parameters_are_one_sentence(parameters: dict[str, Any], said: str):
    with pytest.raises(GlassboxError, match=said):
        run_settings(parameters)


def test_a_model_that_could_not_be_loaded_again_is_refused_beforehand():
    with pytest.raises(GlassboxError, match="too large"):
        check_size(run_settings({"model": {"width": 1024, "layers": 12, "feed_forward": 4096}}).model)


def test_an_upload_becomes_pairs_and_a_job_finds_them(tmp_path: Path):
    text = "".join(f"Satz {n}\tSentence {n}\tignored\r\n" for n in range(60))
    upload = read_upload({"a.tsv": ("\ufeff" + text + "Satz 1\tSentence 1\n" + "nur\t\n").encode()})
    assert (upload.read, len(upload.pairs), upload.empty, upload.repeated) == (62, 60, 1, 1)
    digest = keep_upload(tmp_path, upload)
    assert kept_pairs(tmp_path, digest) == upload.pairs
    parameters = {**TINY, "data": "tsv", "upload": digest, "pairs": 0}
    done = context(tmp_path, {**parameters, "training": {"epochs": 1, "warmup_steps": 1}})
    run(done)
    record = read_record(done.result_folder)
    assert record is not None
    assert (record.pairs, record.held_out, record.epochs[0].order) == (54, 6, None)


def test_long_sentences_are_left_out(tmp_path: Path):
    lines = [f"Satz {n}\tSentence {n}" for n in range(FEWEST_PAIRS)] + ["wort " * 5000 + "\tword"]
    assert read_upload({"a.tsv": "\n".join(lines).encode()}).long == 1


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.tsv": b"one column only\n"}, "Line 1 has no tab"),
        ({"a.tsv": b""}, "no sentence pair"),
        ({"a.tsv": b"\n\n\t\n"}, "no sentence pair"),
        ({"a.tsv": "".join(f"a{n}\tb\n" for n in range(10)).encode()}, "Only 10 different pairs"),
        ({"a.tsv": "Männer\tmen".encode("latin-1")}, "not UTF-8"),
        ({"a.tsv": "Ein\tA".encode("utf-16")}, "not UTF-8"),
        ({"a.tsv": b"PK\x03\x04\x00\x00\x00\x00a\tb"}, "not UTF-8"),
        ({"x.de": b"a\nb\n", "x.en": b"a\n"}, "2 and 1"),
        ({"one.txt": b"a\n", "two.txt": b"a\n"}, "2 files whose languages"),
        ({"x.de": b"a", "x.en": b"a", "y.en": b"a"}, "3 files whose languages"),
        ({"a.tsv": b"a" * 20_000_001}, "at most 20 MB"),
    ],
)
def test_an_upload_that_cannot_be_used_is_one_sentence(files: dict[str, bytes], said: str):
    with pytest.raises(GlassboxError, match=said):
        read_upload(files)


def test_two_files_are_read_side_by_side():
    german = "\n".join(f"Satz {n}" for n in range(60))
    english = "\r\n".join(f"Sentence {n}" for n in range(60)) + "\r\n"
    pairs = read_upload({"train.en.txt": english.encode(), "train.de.txt": german.encode()}).pairs
    assert (pairs.source[3], pairs.target[3]) == ("Satz 3", "Sentence 3")


def test_pairs_that_were_deleted_are_asked_for_again(tmp_path: Path):
    with pytest.raises(GlassboxError, match="Upload them again"):
        run(context(tmp_path, {**TINY, "data": "tsv", "upload": "0" * 64}))


def test_a_damaged_record_is_said(tmp_path: Path):
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(GlassboxError, match="cannot be read"):
        read_record(tmp_path)
    assert read_record(tmp_path / "nothing") is None


def test_only_what_differs_is_compared():
    one, other = run_settings({}), run_settings({"model": {"positions": "none"}})
    from dataclasses import asdict

    table = differing_settings({"one": asdict(one), "other": asdict(other)})
    assert table == {"positions": {"one": "sinusoidal", "other": "none"}}
