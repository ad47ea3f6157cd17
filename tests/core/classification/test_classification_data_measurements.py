"""The measurements behind the questions of the view "Data and health"."""

import pytest

from core.classification.labelled_texts import LabelledTexts
from core.classification.measurements.data import (
    half_of_each,
    one_against_rest,
    rare_rows_repeated,
    threshold_for,
    with_wrong_labels,
)
from core.curriculum import question_with_id
from tests.core.measured import measured_small

DATA = LabelledTexts(tuple("abcdefghij"), ("x",) * 8 + ("y",) * 2, tuple(range(10)))


@pytest.mark.parametrize("name", ["cls-uses", "cls-difficulty", "cls-imbalance"])
def test_the_expected_choice_is_the_measured_one(name: str) -> None:
    question = question_with_id("classification", name)
    predict = question.predict
    found = measured_small("classification", predict.measure)
    assert predict.choices[predict.expected].holds(found.value), found


def test_accuracy_hides_what_recall_shows() -> None:
    found = measured_small("classification", "rare_recall").values
    assert found["accuracy"] > found["always_no"] > 0.9
    assert found["plain_recall"] < found["weights_recall"] <= found["moved_recall"]
    # Weighting and repeating multiply the same terms of the loss.
    assert found["weights_recall"] == pytest.approx(found["repeated_recall"], abs=0.16)


def test_data_are_spoilt_as_said() -> None:
    wrong = with_wrong_labels(DATA, 0.5, seed=1)
    assert sum(before != after for before, after in zip(DATA.labels, wrong.labels, strict=True)) == 5
    assert half_of_each(DATA, seed=1).labels == ("x",) * 4 + ("y",)
    both = one_against_rest(DATA, "y")
    assert both.labels == ("no",) * 8 + ("yes",) * 2
    assert sorted(rare_rows_repeated(both).labels) == ["no"] * 8 + ["yes"] * 8


def test_the_threshold_lets_as_many_pass_as_the_promise_allows() -> None:
    answers = [(0.9, True), (0.8, True), (0.7, False), (0.6, True), (0.5, False)]
    assert threshold_for(answers, 0.75) == 0.6
    assert threshold_for([(0.5, False)], 0.75) > 1
