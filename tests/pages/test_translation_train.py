"""The view "Train your own" as a reader meets it: data, settings, uploads, and a finished training."""

import hashlib
import json
import shutil
from functools import partial
from pathlib import Path

import pytest

from core.jobs.store import workspace_folder
from core.translation.train_settings import suggested
from core.translation.train_upload import read_upload
from core.wording import wording
from tests.pages.reading import metrics, open_lesson, shown

opened = partial(open_lesson, "04_translation", view="train")
UTF16 = "Ein Hund.\tA dog.\n".encode("utf-16")


@pytest.fixture(autouse=True)
def _own_home(empty_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GLASSBOX_DATA", str(tmp_path / "no-data"))


def pairs_file(count: int) -> bytes:
    return "".join(f"Satz Nummer {n} .\tSentence number {n} .\n" for n in range(count)).encode()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_view_opens_ready_to_train_on_the_grammar(language: str) -> None:
    page = opened(language)
    assert not page.error
    text = shown(page)
    assert wording("translation.train.lead", language) in text
    assert wording("translation.train.empty", language) in text
    figures = metrics(page)
    assert figures[wording("translation.train.estimate.parameters", language)].endswith("M")
    steps = figures[wording("translation.train.estimate.steps", language)]
    assert int(steps.replace(",", "")) > 100
    assert not page.button(key="translation.train.job.start").disabled
    grammar = [element.value for element in page.text]
    assert len(grammar) >= 7
    assert all(len(lines.split("\n")) == 3 for lines in grammar[:7])


def test_another_data_set_brings_its_settings_and_says_what_is_missing() -> None:
    page = opened()
    page.button_group(key="translation.train_data").set_value("multi30k").run()
    assert page.number_input(key="translation.train_width").value == suggested("multi30k").model.width
    assert "GLASSBOX_ALLOW_DOWNLOADS=1" in shown(page)
    assert page.button(key="translation.train.job.start").disabled


def test_a_setting_that_does_not_fit_is_one_sentence() -> None:
    page = opened()
    page.number_input(key="translation.train_heads").set_value(7).run()
    assert [error.value for error in page.error] == [
        wording("translation.settings.error.heads", "en", heads=7, width=suggested("grammar").model.width)
    ]
    assert page.button(key="translation.train.job.start").disabled


def test_a_link_sets_data_and_settings_and_nonsense_is_refused_in_words() -> None:
    page = opened(train_width="32", train_positions="none", train_tied="False", train_epochs="5000")
    assert page.number_input(key="translation.train_width").value == 32
    assert page.selectbox(key="translation.train_positions").value == "none"
    assert page.toggle(key="translation.train_tied").value is False
    assert "train_epochs" in shown(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_upload_is_said_to_be_understood(language: str) -> None:
    page = opened(language, train_data="tsv")
    assert wording("translation.train.upload.none", language) in shown(page)
    content = pairs_file(80) + b"\tnothing\n" + pairs_file(1)
    page.file_uploader[0].set_value(("pairs.tsv", content, "text/plain")).run()
    text = shown(page)
    assert wording("translation.train.upload.read", language, kept=80, read=82) in text
    assert wording("translation.train.upload.repeated", language, count=1) in text
    assert not page.button(key="translation.train.job.start").disabled


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"just one column\nand another\n", "Line 1 has no tab"),
        (pairs_file(10), "Only 10 different pairs"),
        (UTF16, "not UTF-8"),
        ("Männer\tmen\n".encode("latin-1"), "not UTF-8"),
        (b"\t\n\n", "no sentence pair"),
        (b"", "no sentence pair"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(content: bytes, said: str) -> None:
    page = opened(train_data="tsv")
    page.file_uploader[0].set_value(("pairs.tsv", content, "text/plain")).run()
    (error,) = page.error
    assert said in error.value
    assert page.button(key="translation.train.job.start").disabled


def test_two_files_of_unequal_length_are_refused() -> None:
    page = opened(train_data="tsv")
    page.file_uploader[0].set_value(
        [("train.de", b"Eins.\nZwei.\n", "text/plain"), ("train.en", b"One.\n", "text/plain")]
    ).run()
    assert "2 and 1" in page.error[0].value


def test_without_a_training_the_comparison_says_how_to_begin() -> None:
    page = opened(train_part="runs")
    assert wording("translation.train.runs.empty", "en") in shown(page)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job's folder with a tiny finished training, made once."""
    from core.jobs.context import JobContext
    from core.translation.train_job import run

    folder = tmp_path_factory.mktemp("workspace") / "jobs" / "1700000000000-0000abcd"
    parameters = {
        "pairs": 200,
        "model": {"width": 16, "layers": 1, "heads": 2, "feed_forward": 32, "vocabulary_size": 400},
        "training": {"epochs": 2, "tokens_per_batch": 1024, "warmup_steps": 2},
    }
    (folder / "checkpoint").mkdir(parents=True)
    (folder / "result").mkdir()
    run(JobContext(parameters, folder / "checkpoint", folder / "result"))
    spec = {"kind": "translation.train", "parameters": parameters, "submitted": 1_700_000_000.0}
    (folder / "spec.json").write_text(json.dumps(spec))
    events = [
        {"event": "started", "time": 1.0, "pid": 1, "process_started": 1.0},
        {
            "event": "progress",
            "time": 2.0,
            "done": 2.0,
            "total": 2.0,
            "message_key": "",
            "values": {"step_loss": 5.0},
        },
        {"event": "ended", "time": 3.0, "status": "done", "reason": None},
    ]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    return folder


KEY = "ab" * 16
"""Of the reader's resume link."""


def with_training(trained: Path, names: tuple[str, ...]) -> None:
    """Give the reader with that key these finished trainings."""
    owner = hashlib.sha256(KEY.encode()).hexdigest()[:32]
    for name in names:
        shutil.copytree(trained, workspace_folder(owner) / "jobs" / name)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_finished_training_shows_its_translations_and_translates(language: str, trained: Path) -> None:
    with_training(trained, (trained.name,))
    page = opened(language, workspace=KEY)
    assert not page.error
    assert not page.exception
    tables = [frame.value for frame in page.dataframe]
    assert len(tables) == 3
    assert list(tables[0].iloc[:, 0]) in (["–", "1", "2", "="], ["–", "1–2", "="])
    assert wording("translation.train.own.elsewhere", language) in shown(page)
    assert page.text_input(key="translation.train.own.text").value.endswith(".")
    assert page.get("download_button")


def test_two_trainings_are_compared_and_one_is_used(trained: Path) -> None:
    with_training(trained, (trained.name, "1700000000001-0000dcba"))
    page = opened(train_part="runs", workspace=KEY)
    assert not page.error
    assert not page.exception
    table = page.dataframe[0].value
    assert sorted(table.iloc[:, 0]) == ["grammar-transformer-abcd", "grammar-transformer-dcba"]
    assert wording("translation.train.runs.table_caption_same", "en") in shown(page)
    assert page.selectbox(key="translation.train.runs.use").value.startswith("grammar-transformer")


def test_pages_and_jobs_understand_the_same_upload() -> None:
    upload = read_upload({"pairs.tsv": pairs_file(60)})
    assert (len(upload.pairs), upload.empty, upload.repeated, upload.long) == (60, 0, 0, 0)
