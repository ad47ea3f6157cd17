"""The view "train" as a reader meets it: methods and prices, baselines at once, a job, one text in all."""

from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import METHODS
from core.classification.shipped import sample_split
from core.classification.trained_models import model_folder, training_jobs
from core.classification.training import learn, train_method
from core.jobs.store import workspace_folders
from core.wording import LANGUAGES, wording
from tests.pages.reading import metrics, open_lesson, shown

opened = partial(open_lesson, "05_classification", view="train")
KEY = "classification.train"


@pytest.fixture(autouse=True)
def _own_home(empty_home: Path) -> None: ...


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs stay queued: the test does their work itself."""
    monkeypatch.setattr("core.jobs.scheduler._start_waiting", lambda: None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_look_shows_every_method_with_its_price_and_two_baselines(language: str) -> None:
    page = opened(language)
    assert not page.error
    read = shown(page)
    for name in METHODS:
        assert wording(f"{KEY}.does.{name}", language) in read
    split = sample_split("en")
    found = learn(split, METHODS["tfidf"], METHODS["tfidf"].settings(), lambda told: None).record.scores
    assert found is not None
    assert metrics(page)[wording(f"{KEY}.method.tfidf", language)] == f"{found.accuracy:.1%}"
    assert f"{len(split.training)}" in read
    assert page.get("plotly_chart")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_comparison_is_a_table_of_the_same_test_rows(language: str) -> None:
    page = opened(language, train_part="compare")
    assert not page.error
    rows = page.dataframe[0].value.to_dict("records")
    assert [row[wording(f"{KEY}.column.parameters", language)] for row in rows][-1] == "0"
    assert len(rows) == 2
    assert wording(f"{KEY}.spot.caption", language) in shown(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_text_in_every_model_and_another_row_at_a_press(language: str) -> None:
    split = sample_split("en")
    page = opened(language, train_part="try")
    first = page.text_area(key="classification.train_text").value
    assert first == split.test.texts[0]
    assert wording(f"{KEY}.try.known", language, label=split.test.labels[0]) in shown(page)
    page.button(key=f"{KEY}.try.another").click().run()
    assert page.text_area(key="classification.train_text").value == split.test.texts[1]
    page.text_area(key="classification.train_text").set_value("   ").run()
    assert wording(f"{KEY}.try.empty", language) in shown(page)
    page.text_area(key="classification.train_text").set_value("<b>🙂 =1+1 " + "word " * 300).run()
    assert not page.exception
    assert len(page.dataframe[0].value) == 2


def test_a_link_chooses_methods_and_settings() -> None:
    page = opened(
        train_use_probe="True", train_use_knn="True", train_knn_neighbours="9", train_use_tfidf="False"
    )
    assert page.checkbox(key="classification.train_use_knn").value
    assert not page.checkbox(key="classification.train_use_tfidf").value
    assert page.number_input(key="classification.train_knn_neighbours").value == 9
    refused = opened(train_knn_neighbours="1e9", train_use_knn="maybe")
    assert "train_knn_neighbours" in shown(refused)


def test_without_a_method_there_is_nothing_to_start() -> None:
    page = opened(**{f"train_use_{name}": "False" for name in METHODS})
    assert wording(f"{KEY}.choose.none") in shown(page)
    assert page.button(key=f"{KEY}.job.start").disabled


def test_the_job_gets_what_was_chosen_and_its_models_are_compared(no_worker: None) -> None:
    page = opened(train_use_probe="False", train_use_knn="False", train_tfidf_inverse_penalty="3.0")
    page.button(key=f"{KEY}.job.start").click().run()
    (job,) = [job for folder in workspace_folders() for job in training_jobs(folder.name)]
    assert job.parameters["methods"] == ["tfidf"]
    assert job.parameters["settings"]["tfidf"]["inverse_penalty"] == 3.0
    split, settings = sample_split("en"), METHODS["tfidf"].settings(job.parameters["settings"]["tfidf"])
    record = train_method(split, METHODS["tfidf"], settings, model_folder(job, "tfidf"), lambda told: None)
    assert record.split == job.parameters["split"]
    jobs.cancel(job)
    page.segmented_control(key="classification.train_part").set_value("compare").run()
    rows = page.dataframe[0].value.to_dict("records")
    assert [row[wording(f"{KEY}.column.method")] for row in rows] == ["TF-IDF", "Majority (just now)"]
    assert record.scores is not None
    assert rows[0][wording(f"{KEY}.column.accuracy")] == f"{record.scores.accuracy:.1%}"
    page.segmented_control(key="classification.train_part").set_value("try").run()
    assert not page.exception
    (model_folder(job, "tfidf") / "weights.safetensors").write_bytes(b"altered")
    page.text_area(key="classification.train_text").set_value("my parcel is late").run()
    assert not page.exception


def test_data_with_one_class_is_refused_in_one_sentence() -> None:
    page = AppTest.from_file(str(Path(__file__).parents[2] / "Home.py"), default_timeout=120)
    alone = LabelledTexts(("a b", "c d"), ("x", "x"), (0, 1))
    page.session_state["classification.split"] = Split("alone", alone, alone, alone, 0)
    page.query_params["view"], page.query_params["lang"] = "train", "en"
    page.switch_page("pages/05_classification.py").run()
    assert not page.exception
    assert any("nothing to decide" in error.value for error in page.error)
