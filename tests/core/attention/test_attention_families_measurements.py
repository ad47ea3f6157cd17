"""What decides the predictions on families: each measurement runs and finds what its question expects."""

import math
import time
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qsl

import pytest

from core.attention.measurements import MEASUREMENTS
from core.curriculum import Measurement, Question, answer_text, grade
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import placeholders
from core.wording import LANGUAGES, wording
from ui.attention.controls import link_readers

BANK = load_questions(CURRICULUM_FOLDER / "attention.families.toml", "attention", set(MEASUREMENTS))
TOPICS = "kinds families moe bert bert-variants multimodal"
Measured = Callable[[str], Measurement]

pytestmark = pytest.mark.real_model


@pytest.fixture(scope="module")
def measured(smollm2) -> Measured:
    """A measurement by name, run at most once, small, with the models already loaded."""
    from core.shelf.load import load_encoder

    load_encoder()
    return cache(lambda name: MEASUREMENTS[name](True))


def test_the_bank_answers_the_topics_of_this_view():
    assert [question.id for question in BANK] == [f"arch-{topic}" for topic in TOPICS.split()]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_choice_called_right_is_the_measured_one(question: Question, measured: Measured):
    found = measured(question.predict.measure)
    assert grade(question.predict, found.value) is question.predict.choices[question.predict.expected]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_answer_and_the_note_quote_only_what_was_measured(question: Question, measured: Measured):
    quoted = measured(question.predict.measure).quoted()
    assert all(math.isfinite(number) for number in quoted.values())
    for language in LANGUAGES:
        assert not placeholders(answer_text(question, language, measured(question.predict.measure)))
        assert not placeholders(wording(measured(question.predict.measure).note_key, language, **quoted))


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_a_link_names_only_controls_of_the_page_with_values_they_take(question: Question):
    readers = link_readers()
    for name, value in parse_qsl(question.link, strict_parsing=True):
        readers[name](value)


def test_small_measurements_are_quick(measured: Measured):
    for question in BANK:
        measured(question.predict.measure)
        begun = time.process_time()
        MEASUREMENTS[question.predict.measure](True)
        assert time.process_time() - begun < 2, question.id
