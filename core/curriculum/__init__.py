"""The question bank: what each lesson asks, the measurement that decides, and the answer."""

from core.curriculum.bank import measurement_table, question_with_id, questions
from core.curriculum.question import Choice, Measurement, Prediction, Question, Source, answer_text, grade

__all__ = [
    "Choice",
    "Measurement",
    "Prediction",
    "Question",
    "Source",
    "answer_text",
    "grade",
    "measurement_table",
    "question_with_id",
    "questions",
]
