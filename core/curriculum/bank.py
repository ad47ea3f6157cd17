"""Reading the question bank: `assets/curriculum/<topic>.toml`, checked once, without any model.

A topic with many questions lists further files in `parts = ["idea", ...]`: `<topic>.<idea>.toml`, read in
that order. A file holds `[[question]]` tables; `core.curriculum.question` says what each field means. Every
mistake is refused with the file, the question's id and what is wrong, so that a half-translated
or contradictory question never reaches a reader.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from core.curriculum.question import Choice, Measurement, Prediction, Question, Source, Text, placeholders
from core.errors import GlassboxError
from core.wording import LANGUAGES, all_wording

CURRICULUM_FOLDER = Path(__file__).parent.parent.parent / "assets" / "curriculum"
MEASUREMENT_TABLES = {
    "attention": "core.attention.measurements",
    "classification": "core.classification.measurements",
    "decoding": "core.decoding.measurements",
    "memory": "core.memory.measurements",
    "tokenizer": "core.tokenizer.measurements",
    "translation": "core.translation.measurements",
}
"""The module of each topic whose `MEASUREMENTS` decides its predictions; imports no model library."""

MAX_WORDS = 160
"""About 150 English words, the length of an answer that is read to its end."""
MAX_CHARACTERS = 480
"""The same length in Chinese characters."""

_FIELDS = {"id", "question", "answer", "link", "see", "predict", "reading"}
_PREDICT_FIELDS = {"ask", "measure", "unit", "choices", "expected"}
_ID = re.compile(r"[a-z]+(-[a-z0-9]+)+")
_QUERY_NAME = re.compile(r"[a-z][a-z0-9_]*")

MeasureFunction = Callable[..., Measurement]


def measurement_table(topic: str) -> Mapping[str, MeasureFunction]:
    """The measurements of `topic` by name; empty for a topic that has none."""
    module = MEASUREMENT_TABLES.get(topic)
    return import_module(module).MEASUREMENTS if module else {}


@cache
def questions(topic: str) -> tuple[Question, ...]:
    """The checked questions of `topic`, in the order of its files.

    Raises:
        GlassboxError: no such topic, or a file breaks a rule of the bank.
    """
    path = CURRICULUM_FOLDER / f"{topic}.toml"
    if not re.fullmatch(r"[a-z_]+", topic) or not path.is_file():
        raise GlassboxError("curriculum.error.topic", topic=topic[:40])
    return load_questions(path, topic, set(measurement_table(topic)))


def question_with_id(topic: str, question_id: str) -> Question | None:
    """The question of that id, or None: an id in a link may be anything."""
    return next((question for question in questions(topic) if question.id == question_id), None)


def load_questions(path: Path, topic: str, measures: set[str]) -> tuple[Question, ...]:
    """Read and check one file of the bank with its parts; `measures` are the names a prediction may use.

    Raises:
        GlassboxError: what is wrong, in which file and question.
    """
    loaded: dict[str, Question] = {}
    for file, table in _tables(path):
        name = str(table.get("id", "?"))
        try:
            question = _question(table, topic, measures)
            if question.id in loaded:
                raise ValueError("this id occurs twice")
        except ValueError as error:
            raise GlassboxError(
                "curriculum.error.question", file=file, id=name[:40], reason=str(error)
            ) from error
        loaded[question.id] = question
    return tuple(loaded.values())


def _tables(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The question tables of a file, then of its parts, each with the name of its file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        tables = content["question"]
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise GlassboxError("curriculum.error.file", file=path.name, reason=str(error)) from error
    for table in tables:
        yield path.name, table
    for part in content.get("parts", ()):
        yield from _tables(path.with_name(f"{path.stem}.{part}.toml"))


def _question(table: Mapping[str, Any], topic: str, measures: set[str]) -> Question:
    _check_fields(table, _FIELDS, optional={"predict", "reading"})
    if not _ID.fullmatch(table["id"]):
        raise ValueError("an id looks like dec-repeat")
    reading = table.get("reading", False)
    if reading == ("predict" in table):
        raise ValueError("a question has either a prediction or reading = true")
    answer = _text(table, "answer")
    _check_answer(answer, quotes=not reading)
    _check_link(table["link"])
    return Question(
        id=table["id"],
        topic=topic,
        question=_text(table, "question"),
        answer=answer,
        link=table["link"],
        see=_source(table["see"]),
        predict=None if reading else _prediction(table["predict"], measures),
        reading=reading,
    )


def _prediction(table: Mapping[str, Any], measures: set[str]) -> Prediction:
    _check_fields(table, _PREDICT_FIELDS, optional={"expected"})
    if table["measure"] not in measures:
        raise ValueError(f"there is no measurement {table['measure']!r}")
    if f"curriculum.unit.{table['unit']}" not in all_wording():
        raise ValueError(f"there is no unit {table['unit']!r}")
    choices = tuple(
        Choice(
            _text(choice, "label"), float(choice.get("low", -math.inf)), float(choice.get("high", math.inf))
        )
        for choice in table["choices"]
    )
    _check_tiling(choices)
    expected = table.get("expected")
    if expected is not None and expected not in range(len(choices)):
        raise ValueError("expected is not the index of a choice")
    return Prediction(_text(table, "ask"), table["measure"], table["unit"], choices, expected)


def _check_tiling(choices: tuple[Choice, ...]) -> None:
    """Whatever their order on the page, the choices cover every value once: open at both ends, no gap."""
    if len(choices) < 2:
        raise ValueError("a prediction needs at least two choices")
    rising = sorted(choices, key=lambda choice: choice.low)
    if rising[0].low != -math.inf or rising[-1].high != math.inf:
        raise ValueError(
            "the lowest choice has no low and the highest no high, so that every value is covered"
        )
    for before, after in pairwise(rising):
        if before.high != after.low or not before.low < before.high:
            raise ValueError(f"the choices leave a gap or overlap between {before.high:g} and {after.low:g}")


def _check_answer(answer: Text, quotes: bool) -> None:
    if len(answer["en"].split()) > MAX_WORDS:
        raise ValueError(f"the English answer has more than {MAX_WORDS} words")
    if len(answer["zh"]) > MAX_CHARACTERS:
        raise ValueError(f"the Chinese answer has more than {MAX_CHARACTERS} characters")
    if placeholders(answer["en"]) != placeholders(answer["zh"]):
        raise ValueError("the two languages quote different values")
    if bool(placeholders(answer["en"])) != quotes:
        raise ValueError("an answer quotes measured values if and only if it has a prediction")
    for text in answer.values():
        if all(placeholders(paragraph) for paragraph in text.split("\n\n")):
            raise ValueError("one paragraph of an answer must make sense without the measured values")


def _check_link(link: str) -> None:
    pairs = parse_qsl(link, keep_blank_values=True, strict_parsing=True)
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names) or not all(_QUERY_NAME.fullmatch(name) for name in names):
        raise ValueError("the link names a control twice or by something that is not a name")


def _source(table: Mapping[str, Any]) -> Source:
    _check_fields(table, {"title", "url"})
    if urlsplit(table["url"]).scheme != "https":
        raise ValueError("a source has an https address")
    return Source(table["title"], table["url"])


def _text(table: Mapping[str, Any], name: str) -> Text:
    value = table.get(name)
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        raise ValueError(f"{name} needs exactly the languages {', '.join(LANGUAGES)}")
    if not all(isinstance(text, str) and text.strip() for text in value.values()):
        raise ValueError(f"{name} is empty in one language")
    return {language: value[language].strip() for language in LANGUAGES}


def _check_fields(table: Mapping[str, Any], known: set[str], optional: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    missing, unknown = known - optional - set(table), set(table) - known
    if missing or unknown:
        raise ValueError(f"missing fields: {sorted(missing)}; unknown fields: {sorted(unknown)}")
