"""What decides the predictions on positions: every measurement runs, and finds what the question expects."""

import math
from functools import cache
from urllib.parse import parse_qsl

import pytest

from core.attention.measurements import MEASUREMENTS
from core.curriculum import Measurement, Question, answer_text, grade
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.curriculum.question import placeholders
from core.wording import LANGUAGES, wording

BANK = load_questions(CURRICULUM_FOLDER / "attention.positions.toml", "attention", set(MEASUREMENTS))

pytestmark = pytest.mark.real_model


@cache
def measured(name: str) -> Measurement:
    return MEASUREMENTS[name](True)


def test_every_question_on_positions_is_there():
    assert [question.id for question in BANK] == [
        f"pos-{name}" for name in ("why", "sinusoidal", "relative", "rope", "alibi", "scaling")
    ]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_choice_called_right_is_the_measured_one(question: Question):
    measurement = measured(question.predict.measure)
    assert question.predict.expected is not None
    assert grade(question.predict, measurement.value) is question.predict.choices[question.predict.expected]


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_answer_and_the_note_quote_only_what_was_measured(question: Question):
    measurement = measured(question.predict.measure)
    assert all(math.isfinite(number) for number in measurement.quoted().values())
    for language in LANGUAGES:
        assert not placeholders(answer_text(question, language, measurement))
        assert not placeholders(wording(measurement.note_key, language, **measurement.quoted()))


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_the_link_opens_this_view_with_values_it_accepts(question: Question):
    from ui.attention.positions_link import position_readers

    values = dict(parse_qsl(question.link))
    assert values.pop("view") == "positions"
    for name, value in values.items():
        position_readers()[name](value)


def test_what_the_answers_rest_on():
    why = measured("position_share").values
    assert why["words"] == why["positions"] == 1.0
    assert why["shuffled"] < 1e-4 < why["with_positions"]
    rope = measured("random_decay").values
    assert rope["trained"] > 0.9
    assert rope["spread"] < 1e-6 < rope["added"]
    stretched = measured("interpolation_cost").values
    assert max(stretched["ntk"], stretched["yarn"], stretched["llama"]) < 1.2
