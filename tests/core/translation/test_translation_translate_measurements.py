"""The questions of the view "Translate": their measurements run, and decide as expected."""

import pytest

from core.curriculum.bank import questions
from core.curriculum.question import grade, placeholders
from core.translation.measurements import MEASUREMENTS

IDS = ("mt-beam", "mt-attention")


@pytest.mark.parametrize("name", IDS)
def test_the_measurement_decides_as_expected_and_gives_what_the_answer_quotes(name: str):
    question = next(each for each in questions("translation") if each.id == name)
    assert question.predict is not None
    found = MEASUREMENTS[question.predict.measure](small=True)
    assert grade(question.predict, found.value) is question.predict.choices[question.predict.expected or 0]
    for answer in question.answer.values():
        assert placeholders(answer) <= set(found.quoted()), name
    assert 0 <= found.value <= 1


def test_beams_are_counted_on_captions():
    found = MEASUREMENTS["beam_against_greedy"](small=True)
    counted = found.value * found.values["sentences"] + found.values["same"] + found.values["less_likely"]
    assert counted <= found.values["sentences"] + 0.5
    assert found.values["length_wide"] > 0


def test_heads_bracket_nothing_but_shares():
    values = MEASUREMENTS["attention_finds_words"](small=True).values
    assert 0 <= values["worst_head"] <= values["best_head"] <= 1
    assert values["words"] > 10
