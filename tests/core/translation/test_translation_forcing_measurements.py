"""What decides the predictions of the view "forcing": each measurement runs, and the answers quote it."""

import math
import time

import pytest

from core.curriculum import answer_text, grade
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import placeholders
from core.translation.measurements import MEASUREMENTS
from core.wording import LANGUAGES, wording

IDS = ("mt-teacher",)
BANK = load_questions(CURRICULUM_FOLDER / "translation.forcing.toml", "translation", set(MEASUREMENTS))
NAMES = tuple(question.predict.measure for question in BANK)


@pytest.fixture(scope="module")
def measured():
    return {name: MEASUREMENTS[name](True) for name in NAMES}


def test_the_questions_are_those_of_this_view() -> None:
    assert tuple(question.id for question in BANK) == IDS
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_expected_choice_is_the_measured_one_and_the_answer_quotes_it(question, measured) -> None:
    measurement = measured[question.predict.measure]
    assert grade(question.predict, measurement.value) is question.predict.choices[question.predict.expected]
    quoted = measurement.quoted()
    assert all(math.isfinite(number) for number in quoted.values())
    for language, most in zip(LANGUAGES, (150, 480), strict=True):
        answer = answer_text(question, language, measurement)
        assert not placeholders(answer)
        assert len(answer.split() if language == "en" else answer) <= most
        assert not placeholders(wording(measurement.note_key, language, **quoted))


def test_small_measurements_take_at_most_two_seconds_of_processor_time(measured) -> None:
    for name in NAMES:
        begun = time.thread_time()
        MEASUREMENTS[name](True)
        assert time.thread_time() - begun < 2, name
