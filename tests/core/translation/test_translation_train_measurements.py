"""The measurement behind the training view's question: it runs, and the expected guess is the right one."""

import pytest

from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import answer_text, grade
from core.translation.measurements import MEASUREMENTS


@pytest.fixture(scope="module")
def question():
    (found,) = load_questions(CURRICULUM_FOLDER / "translation.train.toml", "translation", set(MEASUREMENTS))
    return found


def test_the_expected_choice_is_the_measured_one_and_the_answer_quotes_it(question):
    measurement = MEASUREMENTS[question.predict.measure](small=True)
    assert measurement.values["plain"] < measurement.values["reported"]
    assert measurement.value == pytest.approx(
        measurement.values["held_out"] / measurement.values["reported"], rel=1e-9
    )
    for language in ("en", "zh"):
        text = answer_text(question, language, measurement)
        assert f"{measurement.values['reported']:.2f}" in text
        assert "{" not in text
    assert grade(question.predict, measurement.value) is question.predict.choices[question.predict.expected]
