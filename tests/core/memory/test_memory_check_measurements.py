"""The question of the view "Check it": its experiment decides as the bank expects."""

from core.curriculum import answer_text, grade, question_with_id
from core.curriculum.question import placeholders
from core.memory.measurements import MEASUREMENTS


def test_adalora_takes_more_memory_than_lora_of_its_final_rank():
    question = question_with_id("memory", "mem-adalora")
    measured = MEASUREMENTS["adalora_memory"](small=True)
    choices = question.predict.choices
    assert grade(question.predict, measured.value) is choices[question.predict.expected]
    for language in ("en", "zh"):
        assert placeholders(question.answer[language]) <= set(measured.quoted())
        assert "{" not in answer_text(question, language, measured)
    assert 2.9 < measured.values["end"] < 3.1
    assert 1.4 < measured.values["scores"] <= 1.5
