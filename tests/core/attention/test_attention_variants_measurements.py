"""What decides the predictions of the view of variants: every measurement finds what was expected."""

import math
from functools import cache

import pytest

from core.attention.measurements import MEASUREMENTS
from core.curriculum import answer_text, grade
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import placeholders
from core.wording import LANGUAGES, wording

BANK = load_questions(CURRICULUM_FOLDER / "attention.variants.toml", "attention", set(MEASUREMENTS))

pytestmark = pytest.mark.real_model


@cache
def measured(name: str):
    return MEASUREMENTS[name](True)


def test_the_topics_are_those_of_the_curriculum():
    assert [question.id for question in BANK] == ["att-mqa", "att-cache", "att-flash", "att-paged", "arch-xl"]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_choice_called_right_is_the_measured_one(question, smollm2):
    measurement = measured(question.predict.measure)
    assert grade(question.predict, measurement.value) is question.predict.choices[question.predict.expected]
    assert all(math.isfinite(number) for number in measurement.quoted().values())
    for language in LANGUAGES:
        assert not placeholders(answer_text(question, language, measurement))
        assert not placeholders(wording(measurement.note_key, language, **measurement.quoted()))
