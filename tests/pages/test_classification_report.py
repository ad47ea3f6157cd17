"""The view "report" as a reader meets it: figures of scikit-learn, cells that open, thresholds that move."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support
from streamlit.testing.v1 import AppTest

from core.classification.classifier import predictions
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import method_named
from core.classification.predictions import Predictions
from core.classification.shipped import sample_split
from core.classification.trained_models import TrainedModel
from core.classification.training import train_method
from core.classification.training_record import read_record
from core.wording import LANGUAGES, wording
from tests.pages.reading import metrics, open_lesson, shown
from ui.classification import report_source
from ui.classification.report_link import PARTS

opened = partial(open_lesson, "05_classification", view="report")
KEY = "classification.report"


@pytest.fixture(autouse=True)
def _own_home(empty_home: Path) -> None: ...


@pytest.fixture(scope="module")
def tested() -> Predictions:
    """What the view fits on the spot, fitted here."""
    split, method = sample_split("en"), method_named("tfidf")
    return predictions(method.fit(split, method.settings(), lambda _: None), split.test)


def table(page: AppTest, column: str) -> list[dict[str, object]]:
    """The rows of the first table that has this column."""
    found = next(frame.value for frame in page.dataframe if column in frame.value.columns)
    return list(found.to_dict("records"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", [part for part in PARTS if part != "scope"])
def test_every_part_opens_in_both_languages_with_the_figures_of_scikit_learn(
    language: str, part: str, tested: Predictions
) -> None:
    page = opened(language, report_part=part)
    assert not page.error
    accuracy = accuracy_score(tested.wanted, tested.predicted)
    macro = f1_score(tested.wanted, tested.predicted, average="macro", zero_division=0)
    figures = metrics(page)
    assert figures[wording(f"{KEY}.figure.accuracy", language)] == f"{accuracy:.1%}"
    assert figures[wording(f"{KEY}.figure.macro_f1", language)] == f"{macro:.1%}"
    assert wording(f"{KEY}.model.none", language) in shown(page)


def test_the_fullest_wrong_cell_lists_its_texts_and_another_can_be_chosen(tested: Predictions) -> None:
    page = opened()
    labels = sorted({*tested.classes, *tested.wanted})
    counts = confusion_matrix(tested.wanted, tested.predicted, labels=labels)
    np.fill_diagonal(counts, 0)
    pairs = table(page, wording(f"{KEY}.column.back"))
    assert pairs[0][wording(f"{KEY}.column.count")] == counts.max()
    wanted, predicted = "refund_status", "refund_status"
    page.selectbox(key="classification.report_wanted").set_value(wanted)
    page.selectbox(key="classification.report_predicted").set_value(predicted).run()
    assert not page.exception
    texts = [row[wording(f"{KEY}.column.text")] for row in table(page, wording(f"{KEY}.column.own"))]
    rows = zip(tested.texts, tested.wanted, tested.predicted, strict=True)
    assert texts == [text for text, label, said in rows if (label, said) == (wanted, predicted)]
    page.segmented_control(key="classification.report_order").set_value("confused").run()
    page.segmented_control(key="classification.report_share").set_value("wanted").run()
    assert not page.exception


def test_the_formulas_are_filled_in_for_the_chosen_class(tested: Predictions) -> None:
    page = opened(report_part="scores", report_class="track_order")
    precision, recall, f1, support = precision_recall_fscore_support(
        tested.wanted, tested.predicted, labels=["track_order"], zero_division=0
    )
    formulas = " ".join(latex.value for latex in page.latex)
    for figure in (precision[0], recall[0], f1[0]):
        assert f"= {figure:.3f}" in formulas
    weighted = f1_score(tested.wanted, tested.predicted, average="weighted", zero_division=0)
    assert f"{weighted:.3f}" in formulas
    page.segmented_control(key=f"{KEY}.scores.kind").set_value("true_positives").run()
    texts = table(page, wording(f"{KEY}.column.own"))
    assert len(texts) == round(recall[0] * support[0])
    assert {row[wording(f"{KEY}.column.wanted")] for row in texts} == {"track_order"}


def test_a_threshold_answers_fewer_and_the_rows_follow(tested: Predictions) -> None:
    page = opened(report_part="threshold", report_threshold="0.3")
    sure = tested.confidence >= 0.3
    right = np.array(tested.predicted) == np.array(tested.wanted)
    figures = metrics(page)
    assert figures[wording(f"{KEY}.threshold.coverage")] == f"{sure.mean():.1%}"
    assert figures[wording(f"{KEY}.threshold.accuracy")] == f"{right[sure].mean():.1%}"
    assert figures[wording(f"{KEY}.threshold.refused_right")] == str((right & ~sure).sum())
    page.slider(key="classification.report_threshold").set_value(1.0).run()
    assert metrics(page)[wording(f"{KEY}.threshold.accuracy")] == "–"
    page.number_input(key=f"{KEY}.threshold.wanted").set_value(60.0).run()
    page.button(key=f"{KEY}.threshold.find").click().run()
    assert not page.exception
    assert page.slider(key="classification.report_threshold").value < 1.0


def test_off_topic_and_held_out_texts_stand_in_for_strangers() -> None:
    page = opened(report_part="scope")
    assert not page.error
    assert "40" in shown(page)
    assert len(table(page, wording(f"{KEY}.column.passed"))) == 40
    page.segmented_control(key="classification.report_stand_in").set_value("held_out").run()
    assert not page.exception
    held_out = next(text.value for text in page.text if text.value.startswith("Held out:"))
    rows = table(page, wording(f"{KEY}.column.passed"))
    assert {str(row[wording(f"{KEY}.column.wanted")]) for row in rows} <= set(
        held_out.removeprefix("Held out: ").split(", ")
    )


def test_a_learning_curve_is_measured_when_asked_for() -> None:
    page = opened(report_part="compare", report_comparison="learning")
    assert wording(f"{KEY}.learning.empty") in shown(page)
    page.pills(key=f"{KEY}.compare.methods").set_value(["majority"])
    page.number_input(key=f"{KEY}.compare.seeds").set_value(1)
    page.button(key=f"{KEY}.compare.run").click().run()
    assert not page.exception
    assert wording(f"{KEY}.learning.caption") in shown(page)


def test_two_trained_methods_are_compared_on_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = sample_split("en")
    models = []
    for name in ("majority", "tfidf"):
        method = method_named(name)
        train_method(split, method, method.settings(), tmp_path / name, lambda _: None)
        models.append(TrainedModel("job0001", tmp_path / name, read_record(tmp_path / name)))
    monkeypatch.setattr(report_source, "trained_models", lambda owner: models)
    page = opened(report_part="compare")
    assert not page.error
    assert wording(f"{KEY}.model.none") not in shown(page)
    assert any("binom" in latex.value for latex in page.latex)
    assert wording(f"{KEY}.mcnemar.caption") in shown(page)
    page.segmented_control(key=f"{KEY}.mcnemar.cell").set_value("both_wrong").run()
    assert not page.exception
    page.segmented_control(key="classification.report_part").set_value("scope").run()
    # The rows of a model whose workspace does not keep them are said to be gone, and nothing else breaks.
    assert wording("classification.error.kept_missing") in shown(page)


@pytest.mark.parametrize("count", [2, 40])
def test_a_reader_s_own_data_may_have_two_classes_or_forty_with_any_names(count: int) -> None:
    names = [f"<b>label {place}</b> $x$ [a](http://b)" for place in range(count)]
    rows = [(f"word{place} text {number}", names[place]) for place in range(count) for number in range(8)]

    def part(numbers: range) -> LabelledTexts:
        chosen = [row for place, row in enumerate(rows) if place % 8 in numbers]
        texts, labels = zip(*chosen, strict=True)
        return LabelledTexts(texts, labels, tuple(range(len(texts))))

    own = Split("own", part(range(5)), part(range(5, 6)), part(range(6, 8)), 0)
    page = opened()
    page.session_state["classification.split"] = own
    page.run()
    for name in PARTS:
        page.segmented_control(key="classification.report_part").set_value(name).run()
        assert not page.exception
    assert metrics(page)[wording(f"{KEY}.figure.accuracy")] == "100.0%"


@pytest.mark.real_model
def test_a_second_method_is_fitted_on_request_and_compared() -> None:
    page = opened(report_part="compare")
    assert not page.latex
    page.button(key=f"{KEY}.compare.fit").click().run()
    assert not page.exception
    assert not page.error
    assert any("binom" in latex.value for latex in page.latex)
    page.selectbox(key=f"{KEY}.model").set_value("probe").run()
    assert not page.error
    accuracy = metrics(page)[wording(f"{KEY}.figure.accuracy")]
    assert float(accuracy.rstrip("%")) > 50


def test_a_wrong_link_is_named_and_the_rest_applies(tested: Predictions) -> None:
    page = opened(report_part="threshold", report_threshold="7", report_class="x" * 5000)
    assert "report_threshold" in page.warning[0].value
    median = float(np.median(tested.confidence))
    assert page.slider(key="classification.report_threshold").value == pytest.approx(median, abs=0.006)
