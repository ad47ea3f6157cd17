"""What decides the first view's predictions: every measurement runs and finds what its question expects."""

import math

import pytest

from core.attention.measurements import MEASUREMENTS
from core.curriculum import answer_text, grade
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import placeholders
from core.wording import LANGUAGES, wording

IDS = ("att-why", "att-qkv", "att-scale", "att-heads", "att-masks")

pytestmark = pytest.mark.real_model


@pytest.mark.parametrize("question_id", IDS)
def test_the_choice_called_right_is_the_measured_one(question_id: str, glassbox_home):
    bank = load_questions(CURRICULUM_FOLDER / "attention.toml", "attention", set(MEASUREMENTS))
    question = next(question for question in bank if question.id == question_id)
    measurement = MEASUREMENTS[question.predict.measure](True)
    assert grade(question.predict, measurement.value) is question.predict.choices[question.predict.expected]
    quoted = measurement.quoted()
    assert all(math.isfinite(number) for number in quoted.values())
    for language in LANGUAGES:
        assert not placeholders(answer_text(question, language, measurement))
        assert not placeholders(wording(measurement.note_key, language, **quoted))


def test_copying_needs_the_heads_that_look_back(glassbox_home):
    measurement = MEASUREMENTS["copied_tokens"](True)
    assert measurement.value > 0.6
    assert measurement.values["first"] < 0.1
    assert measurement.values["without"] < 0.2
    assert measurement.values["heads"] < 15


def test_a_causal_model_never_changes_its_past_and_a_mask_undoes_filling(glassbox_home):
    values = MEASUREMENTS["changed_past"](True).values
    assert values["causal"] < 1e-6
    assert values["masked"] < 1e-5 < 0.1 < values["filled"]
