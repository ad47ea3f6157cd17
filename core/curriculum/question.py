"""A question of the bank, the prediction it asks for, and the measurement that decides.

No answer key: a choice covers an interval of the measured value, and the choices of a question
cover the whole number line without gap or overlap, so that exactly one of them is right whatever
the run measures.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import GlassboxError
from core.wording import Language, fill

Text = Mapping[Language, str]
"""One text in both languages."""

_PLACEHOLDER = re.compile(r"\{(\w+)(?::[^{}]*)?\}")


@dataclass(frozen=True)
class Choice:
    """One guess: it is right when low <= measured value < high."""

    label: Text
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether this guess is the right one for `value`."""
        return self.low <= value < self.high


@dataclass(frozen=True)
class Prediction:
    """What the reader guesses before the run.

    `measure` names the deciding measurement in the topic's table; `unit` is a key below
    `curriculum.unit`, which says how its value is written; `expected` (the index of the choice
    that was right when the question was written) serves the tests only, never a reader's grade.
    """

    ask: Text
    measure: str
    unit: str
    choices: tuple[Choice, ...]
    expected: int | None = None


@dataclass(frozen=True)
class Source:
    """The paper or page of record."""

    title: str
    url: str


@dataclass(frozen=True)
class Question:
    """One question of the bank.

    `answer` is Markdown; paragraphs that quote measured values as `{name}` or `{name:.2f}` appear
    only once there is a measurement. `link` is the query string that sets the page up to show it.
    A `reading` question has no experiment that would be honest, hence no prediction.
    """

    id: str
    topic: str
    question: Text
    answer: Text
    link: str
    see: Source
    predict: Prediction | None = None
    reading: bool = False


@dataclass(frozen=True)
class Measurement:
    """What an experiment found.

    `value` decides; `low` and `high` are its 95 % interval where there is one; `values` are further
    numbers that the answer quotes; `note_key` is the wording that says what was run.
    """

    value: float
    low: float | None = None
    high: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    note_key: str = ""

    def quoted(self) -> dict[str, float]:
        """Every number under the name by which an answer quotes it."""
        interval = {"low": self.low, "high": self.high}
        known = {name: number for name, number in interval.items() if number is not None}
        return {**self.values, **known, "measured": self.value}


def grade(prediction: Prediction, value: float) -> Choice:
    """The choice that `value` makes right.

    Raises:
        GlassboxError: `value` is not a finite number, so the run decided nothing.

    >>> low = Choice({"en": "less than half"}, -math.inf, 0.5)
    >>> high = Choice({"en": "half or more"}, 0.5, math.inf)
    >>> grade(Prediction({"en": "How much?"}, "share", "percent", (low, high)), 0.5).label["en"]
    'half or more'
    """
    if not math.isfinite(value):
        raise GlassboxError("curriculum.error.value", measure=prediction.measure)
    return next(choice for choice in prediction.choices if choice.holds(value))


def answer_text(question: Question, language: Language, measurement: Measurement | None = None) -> str:
    """The answer in `language`, with the measured numbers, or without the paragraphs that quote them."""
    paragraphs = question.answer[language].split("\n\n")
    if measurement is None:
        return "\n\n".join(paragraph for paragraph in paragraphs if not placeholders(paragraph))
    return "\n\n".join(fill(paragraph, measurement.quoted()) for paragraph in paragraphs)


def placeholders(text: str) -> set[str]:
    """The names of the values that `text` quotes.

    >>> sorted(placeholders("from {low:.0%} to {high:.0%}"))
    ['high', 'low']
    """
    return set(_PLACEHOLDER.findall(text))
