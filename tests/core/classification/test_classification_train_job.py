"""The job: methods on one split, gone on with after a stop, refusals kept; and its records on disk."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss, roc_auc_score

from core.classification import trained_models as trained
from core.classification.curves import CurveFile, CurvePoint, read_curve
from core.classification.kept_split import keep_split
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import METHODS
from core.classification.predictions import Predictions
from core.classification.scores import SMALLEST, accuracy_interval, scores
from core.classification.train_job import CURVE_FOLDER, refusals, run, train_plan
from core.classification.training import learn, out_of_scope_threshold, train_method
from core.classification.training_record import read_record
from core.errors import GlassboxError
from core.intervals import bootstrap_interval
from core.jobs.context import JobCancelled, JobContext
from core.jobs.scheduler import submit
from core.jobs.store import workspace_folder

TEXTS = {
    "tea": ["green tea", "black tea", "tea with milk", "mint tea"],
    "rain": ["wet rain", "cold rain", "rain again"],
}


def part(times: int, start: int) -> LabelledTexts:
    pairs = [
        (f"{text} {number}", label) for number in range(times) for label in TEXTS for text in TEXTS[label]
    ]
    texts, labels = zip(*pairs, strict=True)
    return LabelledTexts(texts, labels, tuple(range(start, start + len(pairs))))


SPLIT = Split("drinks", part(4, 0), part(1, 100), part(2, 200), 7)


def context(workspace: Path, methods: list[str], **how: Any) -> JobContext:
    digest = keep_split(workspace, SPLIT)
    job = workspace / "jobs" / "1700000000000-0000abcd"
    (job / "checkpoint").mkdir(parents=True, exist_ok=True)
    (job / "result").mkdir(exist_ok=True)
    return JobContext({"split": digest, "methods": methods}, job / "checkpoint", job / "result", **how)


def test_several_methods_learn_from_the_same_rows(tmp_path: Path) -> None:
    reports: list[dict[str, Any]] = []
    done = context(tmp_path, ["tfidf", "majority"], report=reports.append)
    run(done)
    done.send_progress()
    records = {name: read_record(done.result_folder / name) for name in ("majority", "tfidf")}
    assert records["tfidf"].split == records["majority"].split == done.parameters["split"]
    assert records["tfidf"].scores is not None
    assert records["tfidf"].scores.accuracy == 1.0
    assert records["majority"].scores is not None
    assert records["majority"].scores.accuracy == pytest.approx(4 / 7)
    assert reports[-1]["done"] == pytest.approx(reports[-1]["total"])
    points = read_curve(done.result_folder / CURVE_FOLDER / "tfidf.jsonl")
    assert points[0].step == 1
    assert points[-1].values["training_loss"] < points[0].values["training_loss"]
    assert points[-1].values["validation_loss"] < points[0].values["validation_loss"]


def test_a_stopped_job_goes_on_with_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = context(tmp_path, ["majority"])
    run(first)
    both = context(tmp_path, ["majority", "tfidf"], cancelled=lambda: True)
    with pytest.raises(JobCancelled):
        run(both)
    before = (both.result_folder / "majority" / "training.json").read_bytes()
    run(context(tmp_path, ["majority", "tfidf"]))
    assert (both.result_folder / "majority" / "training.json").read_bytes() == before
    assert (both.result_folder / "tfidf" / "training.json").is_file()


def test_a_method_that_refuses_lets_the_others_train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.classification.methods import majority

    def refuse(*given: object) -> None:
        raise GlassboxError("classification.train.error.no_words")

    monkeypatch.setattr(majority, "fit", refuse)
    both = context(tmp_path, ["majority", "tfidf"])
    run(both)
    assert set(refusals(both.result_folder)) == {"majority"}
    assert (both.result_folder / "tfidf" / "training.json").is_file()
    with pytest.raises(GlassboxError, match="not one word"):
        run(context(tmp_path / "alone", ["majority"]))


def test_impossible_parameters_are_refused() -> None:
    for parameters in (
        {},
        {"methods": []},
        {"methods": "tfidf"},
        {"methods": ["x"]},
        {"methods": ["tfidf"], "settings": 3},
    ):
        with pytest.raises(GlassboxError):
            train_plan(parameters)


def test_rows_that_are_gone_are_missed_in_one_sentence(tmp_path: Path) -> None:
    missing = context(tmp_path, ["tfidf"])
    keep = JobContext(
        {**missing.parameters, "split": "0" * 64}, missing.checkpoint_folder, missing.result_folder
    )
    with pytest.raises(GlassboxError, match="no longer in your workspace"):
        run(keep)


def test_the_models_of_a_workspace_are_found_with_their_predictions(
    empty_home: Path, monkeypatch: Any
) -> None:
    owner = "a" * 32
    folder = workspace_folder(owner)
    monkeypatch.setattr("core.jobs.scheduler._start_waiting", lambda: None)
    digest = keep_split(folder, SPLIT)
    job = submit(owner, trained.KIND, {"split": digest, "methods": ["tfidf"]})
    train_method(
        SPLIT,
        METHODS["tfidf"],
        METHODS["tfidf"].settings(),
        trained.model_folder(job, "tfidf"),
        lambda told: None,
    )
    (found,) = trained.trained_models(owner)
    assert (found.job, found.record.method, found.record.split) == (job.id, "tfidf", digest)
    kept = trained.predictions_on_test(found)
    assert (kept.texts, kept.wanted, kept.rows) == (SPLIT.test.texts, SPLIT.test.labels, SPLIT.test.rows)
    again = trained.load_classifier(found.folder).probabilities(SPLIT.test.texts)
    np.testing.assert_array_equal(again, kept.probabilities)
    assert len(trained.validation_predictions(found).texts) == len(SPLIT.validation)
    card = (found.folder / "README.md").read_text("utf-8")
    assert "TF-IDF" in card
    assert "1.0000" in card
    assert "`rain`" in card
    record = found.folder / "training.json"
    record.write_text(record.read_text("utf-8").replace('"drinks"', '"other"'), "utf-8")
    assert trained.trained_models(owner) == []


def test_other_things_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(GlassboxError, match="other things"):
        train_method(SPLIT, METHODS["majority"], METHODS["majority"].settings(), tmp_path, lambda told: None)
    assert (tmp_path / "letters.txt").read_text() == "dear"


def test_scores_are_scikit_learns() -> None:
    random = np.random.default_rng(5)
    table = random.dirichlet(np.ones(4), 200)
    wanted = tuple(random.choice(list("abcd"), 200))
    found = scores(Predictions(tuple("abcd"), wanted, tuple(range(200)), wanted, table))
    predicted = ["abcd"[place] for place in table.argmax(1)]
    assert found.accuracy == accuracy_score(wanted, predicted)
    assert found.macro_f1 == pytest.approx(f1_score(wanted, predicted, average="macro"))
    assert found.log_loss == pytest.approx(log_loss(wanted, table))
    assert found.roc_auc_macro == pytest.approx(roc_auc_score(wanted, table, multi_class="ovr"))
    right = [float(one == said) for one, said in zip(wanted, predicted, strict=True)]
    drawn = bootstrap_interval(right)
    assert (found.accuracy_low, found.accuracy_high) == pytest.approx((drawn.low, drawn.high), abs=0.015)
    assert accuracy_interval(0, 10) == (0.0, 0.0)


def test_a_label_that_was_never_learned_costs_the_most_and_is_no_error() -> None:
    table = np.array([[0.9, 0.1]])
    found = scores(Predictions(("a", "b"), ("t",), (0,), ("new",), table))
    assert (found.accuracy, found.roc_auc_macro) == (0.0, None)
    assert found.log_loss == pytest.approx(-np.log(SMALLEST))


def test_the_threshold_keeps_to_its_share_of_false_alarms() -> None:
    confidence = np.linspace(0.5, 1.0, 101)
    names = tuple(str(place) for place in range(101))
    table = np.stack([confidence, 1 - confidence], axis=1)
    threshold, alarms = out_of_scope_threshold(
        Predictions(("a", "b"), names, tuple(range(101)), names, table)
    )
    assert alarms <= 0.05
    assert (confidence < threshold).sum() == 5


def test_without_test_rows_nothing_is_claimed() -> None:
    nothing = LabelledTexts((), (), ())
    learned = learn(
        replace(SPLIT, test=nothing), METHODS["tfidf"], METHODS["tfidf"].settings(), lambda told: None
    )
    assert learned.record.scores is None


def test_a_curve_survives_a_torn_line_and_a_repeated_step(tmp_path: Path) -> None:
    path = tmp_path / "curves" / "x.jsonl"
    curve = CurveFile(path)
    for step in (1, 2, 3):
        curve.add({"step": step, "training_loss": 1 / step, "done": 0.1})
    curve.add({"done": 0.5})
    with path.open("a") as file:
        file.write('{"step": 4, "train\n' + json.dumps({"step": 5, "training_loss": "nan"}) + "\n")
    CurveFile(path).add({"step": 2, "training_loss": 9})
    assert read_curve(path) == [
        CurvePoint(1, {"training_loss": 1}),
        CurvePoint(2, {"training_loss": 0.5}),
        CurvePoint(2, {"training_loss": 9}),
    ]
    assert read_curve(tmp_path / "none.jsonl") == []
