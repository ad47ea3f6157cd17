"""What decides the predictions about a block's parts: each measurement finds what its question says."""

import math
from functools import cache

import pytest

from core.attention.measurements import MEASUREMENTS
from core.curriculum import Measurement, Question, answer_text, grade
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import placeholders
from core.wording import LANGUAGES, wording

BANK = load_questions(CURRICULUM_FOLDER / "attention.block.toml", "attention", set(MEASUREMENTS))
pytestmark = pytest.mark.real_model


@cache
def measured(name: str) -> Measurement:
    return MEASUREMENTS[name](True)


def test_every_topic_has_its_question() -> None:
    topics = "norm place batchnorm act ffn"
    assert [question.id for question in BANK] == [f"blk-{topic}" for topic in topics.split()]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_choice_called_right_is_the_measured_one(question: Question) -> None:
    found = measured(question.predict.measure)
    assert question.predict.expected is not None
    assert grade(question.predict, found.value) is question.predict.choices[question.predict.expected]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_answer_and_the_note_quote_only_what_was_measured(question: Question) -> None:
    quoted = measured(question.predict.measure).quoted()
    assert all(math.isfinite(number) for number in quoted.values())
    for language in LANGUAGES:
        assert not placeholders(answer_text(question, language, measured(question.predict.measure)))
        assert not placeholders(wording(measured(question.predict.measure).note_key, language, **quoted))
