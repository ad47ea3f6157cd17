"""The bank's rules: a file that breaks one is refused with the file, the question and the reason."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.curriculum import measurement_table, question_with_id, questions
from core.curriculum.bank import CURRICULUM_FOLDER, load_questions
from core.errors import GlassboxError

VALID = """
[[question]]
id = "dec-one"
question = { en = "Why?", zh = "为什么？" }
answer = { en = "Because.\\n\\nIt was {measured:.1f}.", zh = "因为。\\n\\n测得 {measured:.1f}。" }
link = "view=why&prompt=a+b"
see = { title = "A paper", url = "https://example.org/paper" }
[question.predict]
ask = { en = "How much?", zh = "多少？" }
measure = "share"
unit = "percent"
choices = [
    { label = { en = "much", zh = "多" }, low = 0.5 },
    { label = { en = "little", zh = "少" }, high = 0.5 },
]
expected = 1
"""
READING = """
[[question]]
id = "dec-two"
question = { en = "Why?", zh = "为什么？" }
answer = { en = "Because.", zh = "因为。" }
link = ""
see = { title = "A paper", url = "https://example.org/paper" }
reading = true
"""


def load(folder: Path, text: str) -> tuple:
    path = folder / "decoding.toml"
    path.write_text(text, encoding="utf-8")
    return load_questions(path, "decoding", {"share"})


def test_a_valid_file_is_read_in_order(tmp_path: Path) -> None:
    one, two = load(tmp_path, VALID + READING.replace('link = ""', 'link = "view=why"'))
    assert (one.id, one.topic, one.reading, one.link) == ("dec-one", "decoding", False, "view=why&prompt=a+b")
    assert [choice.holds(0.5) for choice in one.predict.choices] == [True, False]
    assert (two.id, two.reading, two.predict) == ("dec-two", True, None)


def test_the_parts_of_a_topic_follow_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "decoding.second.toml").write_text(READING, encoding="utf-8")
    assert [question.id for question in load(tmp_path, 'parts = ["second"]' + VALID)] == [
        "dec-one",
        "dec-two",
    ]


def test_a_part_that_is_missing_or_repeats_an_id_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(GlassboxError, match=r"decoding\.second\.toml"):
        load(tmp_path, 'parts = ["second"]' + VALID)
    (tmp_path / "decoding.second.toml").write_text(VALID, encoding="utf-8")
    with pytest.raises(GlassboxError, match=r"decoding\.second\.toml.*occurs twice"):
        load(tmp_path, 'parts = ["second"]' + VALID)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('zh = "为什么？"', 'fr = "Pourquoi"', "question needs exactly the languages"),
        ('zh = "为什么？"', 'zh = "  "', "empty in one language"),
        ('zh = "多"', 'de = "viel"', "label needs exactly the languages"),
        ("low = 0.5", "low = 0.6", "gap or overlap between 0.5 and 0.6"),
        ("low = 0.5", "low = 0.4", "gap or overlap between 0.5 and 0.4"),
        ("low = 0.5", "low = 0.5, high = 1.0", "every value is covered"),
        ('measure = "share"', 'measure = "mood"', "no measurement 'mood'"),
        ('unit = "percent"', 'unit = "miles"', "no unit 'miles'"),
        ("expected = 1", "expected = 2", "expected is not the index"),
        ("view=why&prompt=a+b", "view=why&view=sweep", "names a control twice"),
        ("view=why&prompt=a+b", "just words", "bad query field"),
        ("view=why&prompt=a+b", "Top P=1", "not a name"),
        ("https://example.org", "javascript:alert(1)//", "https address"),
        ('id = "dec-one"', 'id = "Dec One"', "an id looks like"),
        ('id = "dec-one"', 'id = "dec-one"\ncolour = "red"', "unknown fields: ['colour']"),
        ("see = {", "seen = {", "missing fields: ['see']"),
        ("因为。\\n\\n测得 {measured:.1f}。", "因为。", "quote different values"),
        ("Because.\\n\\nIt", "It", "must make sense without"),
        ("Because.", "word " * 161, "more than 160 words"),
        ("因为。", "因" * 481, "more than 480 characters"),
        ("[question.predict]", "reading = true\n[question.predict]", "either a prediction or reading"),
    ],
)
def test_a_broken_rule_is_refused_with_file_question_and_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in VALID
    with pytest.raises(GlassboxError) as refused:
        load(tmp_path, VALID.replace(old, new))
    assert "decoding.toml" in str(refused.value)
    assert reason in str(refused.value)
    assert "题目" in refused.value.text("zh")


def test_an_id_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GlassboxError, match=r"dec-one in decoding\.toml .* occurs twice"):
        load(tmp_path, VALID + VALID)


def test_a_reading_question_quotes_no_measurement(tmp_path: Path) -> None:
    broken = (
        READING.replace('link = ""', 'link = "view=why"')
        .replace("Because.", "A {x}.\\n\\nB")
        .replace("因为。", "A {x}.\\n\\nB")
    )
    with pytest.raises(GlassboxError, match="if and only if"):
        load(tmp_path, broken)


@pytest.mark.parametrize("text", ["= nothing", "title = 'no questions'"])
def test_a_file_that_is_no_bank_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(GlassboxError, match=r"decoding\.toml cannot be read"):
        load(tmp_path, text)


@pytest.mark.parametrize("topic", ["cooking", "../text/ui", ""])
def test_an_unknown_topic_is_refused(topic: str) -> None:
    with pytest.raises(GlassboxError, match="no questions for a topic"):
        questions(topic)


def test_every_file_of_the_bank_is_valid_and_ids_occur_once_in_all_of_them() -> None:
    ids = [
        question.id
        for path in CURRICULUM_FOLDER.glob("*.toml")
        if "." not in path.stem
        for question in questions(path.stem)
    ]
    assert len(ids) == len(set(ids)) >= 12


def test_a_question_is_found_by_its_id_and_an_invented_id_is_not() -> None:
    found = question_with_id("decoding", "dec-ppl")
    assert found is not None
    assert "perplexity" in found.question["en"]
    assert question_with_id("decoding", "dec-<script>") is None


def test_a_topic_without_measurements_has_an_empty_table() -> None:
    assert measurement_table("cooking") == {}
    assert "greedy_repetition" in measurement_table("decoding")


def test_reading_the_bank_imports_no_model_library() -> None:
    program = (
        "import sys; from core.curriculum import questions; questions('decoding');"
        "print(sorted({'torch', 'transformers', 'streamlit', 'plotly'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
