"""Grading by the measured value, and answers that quote it."""

import math

import pytest

from core.curriculum import Choice, Measurement, Prediction, Question, Source, answer_text, grade
from core.errors import GlassboxError

LOW = Choice({"en": "low", "zh": "低"}, -math.inf, 0.25)
MIDDLE = Choice({"en": "middle", "zh": "中"}, 0.25, 0.5)
HIGH = Choice({"en": "high", "zh": "高"}, 0.5, math.inf)
PREDICTION = Prediction({"en": "How much?", "zh": "多少？"}, "share", "percent", (LOW, MIDDLE, HIGH))


@pytest.mark.parametrize(
    ("value", "right"),
    [(-3.0, LOW), (0.2499, LOW), (0.25, MIDDLE), (0.4999, MIDDLE), (0.5, HIGH), (1e9, HIGH)],
)
def test_the_interval_that_holds_the_value_is_right_with_its_low_end_included(
    value: float, right: Choice
) -> None:
    assert grade(PREDICTION, value) is right
    assert [choice.holds(value) for choice in PREDICTION.choices].count(True) == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_decides_nothing(value: float) -> None:
    with pytest.raises(GlassboxError, match="share"):
        grade(PREDICTION, value)


def question(answer: str) -> Question:
    texts = {"en": answer, "zh": answer}
    return Question(
        "a-b", "a", texts, texts, "view=why", Source("A paper", "https://example.org"), PREDICTION
    )


def test_an_answer_quotes_the_measurement() -> None:
    measurement = Measurement(0.5, low=0.25, high=0.75, values={"texts": 8})
    answer = answer_text(
        question("First.\n\n{measured:.0%} of {texts:.0f} ({low:.0%} to {high:.0%})."), "en", measurement
    )
    assert answer == "First.\n\n50% of 8 (25% to 75%)."


def test_without_a_measurement_the_quoting_paragraphs_are_left_out() -> None:
    assert answer_text(question("First.\n\nIt was {measured:.0%}.\n\nLast."), "zh") == "First.\n\nLast."
