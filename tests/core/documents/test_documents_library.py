"""The shipped library and its gold set keep what their README promises."""

import csv
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[3] / "assets" / "samples" / "library"
DOCUMENTS = sorted(path for path in LIBRARY.iterdir() if path.name not in {"README.md", "gold.jsonl"})
ANSWERABLE_KINDS = {"fact", "number", "keyword", "paraphrase", "table", "correction", "cross-language"}
UNANSWERABLE_KINDS = {"near-topic", "outside"}
COMMON_WORDS = {
    "what",
    "when",
    "where",
    "does",
    "with",
    "that",
    "this",
    "they",
    "them",
    "than",
    "have",
    "much",
}


class VisibleText(HTMLParser):
    """What a reader of a web page sees: the text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def visible_text(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        page = VisibleText()
        page.feed(text)
        return "".join(page.parts)
    if path.suffix == ".csv":
        return "\n".join("\n".join(row) for row in csv.reader(text.splitlines()))
    return text


def chinese_characters(text: str) -> int:
    return len(re.findall(r"[\u4e00-\u9fff]", text))


def length_in_words(text: str) -> float:
    """Words, with 1.6 Chinese characters counted as one."""
    return len(re.findall(r"[A-Za-z0-9][\w'.,-]*", text)) + chinese_characters(text) / 1.6


def content_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in COMMON_WORDS}


def named(rows: list[dict], **wanted: object) -> list[dict]:
    return [row for row in rows if all(row[field] == value for field, value in wanted.items())]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {path.name: visible_text(path) for path in DOCUMENTS}


@pytest.fixture(scope="module")
def gold() -> list[dict]:
    return [json.loads(line) for line in (LIBRARY / "gold.jsonl").read_text(encoding="utf-8").splitlines()]


def test_enough_documents_of_every_format(texts: dict[str, str]):
    formats = Counter(path.suffix for path in DOCUMENTS)
    assert len(DOCUMENTS) >= 40
    assert set(formats) == {".md", ".txt", ".html", ".csv"}
    assert formats[".md"] > len(DOCUMENTS) / 2
    assert min(formats.values()) >= 2
    chinese = {name for name, text in texts.items() if chinese_characters(text) > 100}
    assert len(chinese) >= 12
    assert chinese == {name for name in texts if name.startswith("zh-")}


def test_documents_are_short(texts: dict[str, str]):
    lengths = {name: length_in_words(text) for name, text in texts.items()}
    assert {name: length for name, length in lengths.items() if not 150 <= length <= 450} == {}


def test_no_two_documents_share_a_sentence(texts: dict[str, str]):
    sentences = Counter(
        sentence
        for text in texts.values()
        for sentence in {part.strip() for part in re.split(r"(?<=[.?!])\s|[。！？\n]", text)}
        if length_in_words(sentence) >= 8
    )
    assert [sentence for sentence, count in sentences.items() if count > 1] == []


def test_web_pages_fetch_nothing():
    for path in LIBRARY.glob("*.html"):
        assert not re.search(r"(src|href)\s*=\s*[\"'](?!#)|url\(|@import", path.read_text(encoding="utf-8"))


def test_every_row_has_the_fields_of_the_readme(gold: list[dict]):
    fields = {"id", "language", "question", "answer", "document", "answerable", "kind"}
    assert [row["id"] for row in gold if set(row) - {"follows"} != fields] == []
    assert [row["id"] for row in gold if not row["question"].strip()] == []
    assert {row["language"] for row in gold} == {"en", "zh"}
    assert [row["id"] for row in gold if not re.fullmatch(row["language"] + r"-\d{3}", row["id"])] == []
    assert len({row["id"] for row in gold}) == len(gold)
    assert len({row["question"] for row in gold}) == len(gold)


def test_enough_questions_of_every_kind(gold: list[dict]):
    assert len(gold) >= 130
    assert len(named(gold, answerable=False)) >= 35
    for language in ("en", "zh"):
        assert len(named(gold, language=language, answerable=True)) >= 40
        assert len(named(gold, language=language, answerable=False)) >= 20
        for kind in ("fact", "number", "keyword", "paraphrase", "table", "correction", "cross-language"):
            assert named(gold, language=language, kind=kind), (language, kind)
    kinds = {row["kind"] for row in named(gold, answerable=True)}
    assert kinds == ANSWERABLE_KINDS | {"follow-up"}
    assert {row["kind"] for row in named(gold, answerable=False)} == UNANSWERABLE_KINDS | {"follow-up"}


def test_every_answer_stands_in_its_document_as_written(gold: list[dict], texts: dict[str, str]):
    answerable = named(gold, answerable=True)
    missing = [row["id"] for row in answerable if row["answer"] not in texts[row["document"]]]
    assert missing == []
    as_stored = {path.name: path.read_text(encoding="utf-8") for path in DOCUMENTS}
    assert [row["id"] for row in answerable if row["answer"] not in as_stored[row["document"]]] == []
    assert [row["id"] for row in answerable if "\n" in row["answer"] or len(row["answer"]) > 120] == []


def test_every_answer_is_found_in_one_document_only(gold: list[dict], texts: dict[str, str]):
    places = {
        row["id"]: [name for name, text in texts.items() if row["answer"] in text]
        for row in named(gold, answerable=True)
    }
    assert {number: found for number, found in places.items() if len(found) != 1} == {}


def test_every_document_is_cited(gold: list[dict], texts: dict[str, str]):
    assert {row["document"] for row in named(gold, answerable=True)} == set(texts)


def test_unanswerable_questions_cite_nothing(gold: list[dict]):
    unanswerable = named(gold, answerable=False)
    assert [row["id"] for row in unanswerable if row["answer"] or row["document"]] == []


def test_follow_ups_point_at_an_earlier_question(gold: list[dict]):
    position = {row["id"]: number for number, row in enumerate(gold)}
    for row in gold:
        assert ("follows" in row) == (row["kind"] == "follow-up"), row["id"]
        if "follows" in row:
            before = gold[position[row["follows"]]]
            assert position[before["id"]] < position[row["id"]]
            assert before["language"] == row["language"]


def test_questions_are_in_the_language_that_they_name(gold: list[dict]):
    asked = [row for row in gold if row["kind"] != "keyword"]
    wrong = [
        row["id"] for row in asked if (row["language"] == "zh") != (chinese_characters(row["question"]) > 0)
    ]
    assert wrong == []
    for row in named(gold, answerable=True):
        same = row["language"] == ("zh" if row["document"].startswith("zh-") else "en")
        assert same != (row["kind"] == "cross-language"), row["id"]


def test_paraphrases_share_no_content_word_with_the_answer(gold: list[dict]):
    shared = {
        row["id"]: content_words(row["question"]) & content_words(row["answer"])
        for row in named(gold, kind="paraphrase", language="en")
    }
    assert {number: words for number, words in shared.items() if words} == {}


def test_the_readme_counts_right(gold: list[dict]):
    readme = (LIBRARY / "README.md").read_text(encoding="utf-8")
    chinese = sum(path.name.startswith("zh-") for path in DOCUMENTS)
    assert f"{len(DOCUMENTS)} short documents" in readme
    assert f"{len(DOCUMENTS) - chinese} in English and {chinese} in Chinese" in readme
    assert f"{len(gold)} questions" in readme
    for kind in ANSWERABLE_KINDS | UNANSWERABLE_KINDS | {"follow-up"}:
        assert f"`{kind}`" in readme
