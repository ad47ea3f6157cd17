"""The report as one HTML file, and the command that writes it: right figures, harmless texts, no network."""

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score
from typer.testing import CliRunner

from core.classification.commands import app
from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.table import method_named
from core.classification.predictions import Predictions
from core.classification.report import report_of, summary
from core.classification.report_html import report_html
from core.classification.training import train_method
from core.errors import GlassboxError
from core.wording import LANGUAGES, wording
from tests.core.classification.drawn_predictions import drawn_predictions

HOSTILE = '<script>alert("x")</script><img src=http://example.org/a.png onerror=1>'


class _Reader(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("classes", [2, 12, 77])
def test_the_file_is_whole_says_what_was_measured_and_asks_nobody(language: str, classes: int) -> None:
    predictions = drawn_predictions(1, texts=300, classes=classes)
    found = report_of("my data", "probe", predictions, drawn_predictions(2, texts=100, classes=classes))
    html = report_html(found, language)  # type: ignore[arg-type]
    reader = read(html)
    assert not {"script", "link", "img", "iframe", "object"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name in ("src", "href") or name.startswith("on")]
    assert "http:" not in html
    assert "https:" not in html
    assert any("default-src 'none'" in value for _, value in reader.attributes)
    said = "\n".join(reader.texts)
    accuracy = accuracy_score(predictions.wanted, predictions.predicted)
    assert f"{accuracy:.4f} [" in said
    assert f"{f1_score(predictions.wanted, predictions.predicted, average='macro'):.4f} [" in said
    for part in ("matrix", "classes", "curves", "calibration", "coverage", "errors", "labels"):
        assert wording(f"classification.report.html.{part}", language) in said
    assert reader.tags.count("svg") == 4
    assert not re.search(r"\{\w+(:[^}]*)?\}", said.split("</style>")[-1].replace(_style(html), ""))


def _style(html: str) -> str:
    return html[html.index("<style>") + 7 : html.index("</style>")]


def test_texts_and_labels_from_a_stranger_stay_texts() -> None:
    clean = drawn_predictions(3, texts=80, classes=3, sharpness=0.5)
    names = (HOSTILE, "a & b", '"quoted"')
    rename = dict(zip(clean.classes, names, strict=True))
    hostile = Predictions(
        names,
        tuple(f"{HOSTILE} {place}" for place in range(80)),
        clean.rows,
        tuple(rename[label] for label in clean.wanted),
        clean.probabilities,
    )
    reader = read(report_html(report_of(HOSTILE, HOSTILE, hostile), "en"))
    assert not {"script", "img"} & set(reader.tags)
    assert any(HOSTILE in text for text in reader.texts)


def test_a_report_without_validation_without_errors_and_with_strange_labels() -> None:
    perfect = drawn_predictions(4, texts=60, classes=3, sharpness=50.0)
    found = report_of("perfect", "tfidf", perfect)
    assert found.scaled is None
    assert summary(found)["accuracy"] == 1
    read(report_html(found, "en"))
    one_class = Predictions(("a", "b"), ("x", "y"), (0, 1), ("a", "a"), np.array([[0.6, 0.4], [0.3, 0.7]]))
    lonely = report_of("one", "tfidf", one_class)
    assert summary(lonely)["roc_auc_macro"] is None
    assert wording("classification.report.error.one_class") in report_html(lonely, "en")
    strange = replace(perfect, wanted=("never learned", *perfect.wanted[1:]))
    assert report_of("strange", "tfidf", strange).unlearned == 1
    with pytest.raises(GlassboxError, match="no row with a label"):
        report_of("none", "tfidf", replace(perfect, wanted=("other",) * 60))


INTENTS = {
    "refund": "refund money back return payment please give me the",
    "shipping": "where parcel delivery late track shipping is my",
    "login": "password account login reset email cannot sign in",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `classify train` writes it: TF-IDF on sentences drawn from each intent's words."""
    generator = np.random.default_rng(0)

    def drawn(count: int) -> LabelledTexts:
        labels = tuple(generator.choice(list(INTENTS), count))
        texts = tuple(" ".join(generator.choice(INTENTS[label].split(), 4)) for label in labels)
        return LabelledTexts(texts, labels, tuple(range(count)))

    folder = tmp_path_factory.mktemp("models") / "tfidf"
    method = method_named("tfidf")
    split = Split("drawn", drawn(90), drawn(30), drawn(30), 0)
    train_method(split, method, method.settings(), folder, lambda _: None)
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "rows.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["message", "intent"])
        for place in range(12):
            for label, words in INTENTS.items():
                writer.writerow([f"{words.split()[place % 5]} {words.split()[1]} number {place}", label])
    return file


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_writes_the_report_and_prints_its_figures(
    trained: Path, table: Path, tmp_path: Path, language: str
) -> None:
    html = tmp_path / "report.html"
    arguments = ["report", "--model", trained, "--csv", table, "--html", html, "--language", language]
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    figures = json.loads(result.stdout)
    assert (figures["text"], figures["label"], figures["rows"]) == ("message", "intent", 36)
    assert figures["method"] == "tfidf"
    assert 0.5 < figures["accuracy"] <= 1
    assert figures["temperature"] > 0
    said = "\n".join(read(html.read_text("utf-8")).texts)
    assert f"{figures['accuracy']:.4f} [" in said
    assert wording("classification.report.html.matrix", language) in said
    plain = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    assert f"{figures['macro_f1']:.4f}" in plain.stdout


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"--language": "fr"}, "There is no report in “fr”"),
        ({"--model": "nowhere"}, "nowhere"),
        ({"--csv": "nowhere.csv"}, "nowhere.csv"),
        ({"--html": "no/such/folder/report.html"}, "report.html cannot be written"),
        ({"--label": "topic"}, "topic"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    trained: Path, table: Path, tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    options = {"--model": trained, "--csv": table, "--html": tmp_path / "report.html", **change}
    arguments = [str(part) for pair in options.items() for part in pair]
    with pytest.raises(GlassboxError) as refusal:
        CliRunner().invoke(app, ["report", *arguments], catch_exceptions=False)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
