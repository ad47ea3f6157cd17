"""The view "Data and health" as a reader meets it: the sample, strange files, findings, the split."""

import io
from functools import partial
from random import Random

import pandas
import pytest

from core.classification.health.finding import ACTIONS
from core.classification.shipped import sample_split, sample_table
from core.wording import LANGUAGES, wording
from tests.pages.reading import metrics, open_lesson, shown

opened = partial(open_lesson, "05_classification", view="data")
KEY = "classification.data"


def upload(page, name: str, content: bytes):
    page.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not page.exception
    return page


def table_of(rows: int = 60) -> pandas.DataFrame:
    """Sentences of words drawn at random, so that none is nearly another."""
    words = Random(1)
    labels = ("greet", "leave", "ask")
    syllables = ("ka", "mo", "ri", "tu", "se", "pan", "lor", "vid")
    notes = [" ".join("".join(words.choices(syllables, k=3)) for _ in range(6)) for _ in range(rows)]
    kinds = [labels[row % 3] for row in range(rows)]
    customers = [f"c{row % 20}" for row in range(rows)]
    return pandas.DataFrame({"customer": customers, "note": notes, "kind": kinds})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_look_shows_the_sample_in_the_reader_s_language(language: str) -> None:
    page = opened(language)
    table = sample_table(language)
    figures = metrics(page)
    assert figures[wording(f"{KEY}.metric.rows", language)] == str(len(table))
    assert len(page.get("plotly_chart")) == 2
    assert page.session_state["classification.split"] == sample_split(language)
    preview = page.dataframe[0].value
    assert set(preview.columns) == set(table.columns)
    assert tuple(preview["message"]) == table.column("message")[:100]
    assert wording(f"{KEY}.figure.classes_caption", language) in shown(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_trouble_is_shown_with_its_rows_and_can_be_treated(language: str) -> None:
    page = opened(language, data_part="health", data_sample=language)
    figures = metrics(page)
    rows, left = (figures[wording(f"{KEY}.health.{name}", language)] for name in ("rows", "left_out"))
    usable = figures[wording(f"{KEY}.health.usable", language)]
    assert int(rows) - int(left) == int(usable) == sum(map(len, parts(page)))
    kinds = [kind for kind in ACTIONS if f"**{wording(f'{KEY}.finding.{kind}', language)}**" in shown(page)]
    assert kinds == [kind for kind in ACTIONS if kind != "no_words"]
    before = page.session_state["classification.split"]
    page.selectbox(key=f"{KEY}.action.small").set_value("drop").run()
    assert not page.exception
    assert len(page.session_state["classification.split"].classes) == len(before.classes) - 2
    page.selectbox(key=f"{KEY}.action.small").set_value("merge").run()
    assert "other" in page.session_state["classification.split"].classes


def parts(page):
    split = page.session_state["classification.split"]
    return split.training, split.validation, split.test


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_split_follows_its_controls_and_says_what_would_have_leaked(language: str) -> None:
    page = opened(language, data_part="split", data_test="30", data_seed="5", data_sample=language)
    training, _, test = parts(page)
    assert metrics(page)[wording(f"{KEY}.part.test", language)] == str(len(test))
    assert len(test) == pytest.approx(0.3 * sum(map(len, parts(page))), abs=6)
    assert metrics(page)[wording(f"{KEY}.leak.metric", language)] == "0"
    assert not {text.casefold() for text in training.texts} & {text.casefold() for text in test.texts}
    page.number_input(key="classification.data_validation").set_value(40).run()
    page.number_input(key="classification.data_test").set_value(50).run()
    assert not page.exception
    assert [error.value for error in page.error] == []


def test_a_label_given_by_hand_is_learned_and_can_be_taken_back() -> None:
    page = opened(data_part="health")
    table = sample_table("en")
    row = table.column("intent").index("")
    page.session_state[f"{KEY}.labels"] = {"of": "sample-en/intent", "labels": {row: "invoice"}}
    page.run()
    data = page.session_state["classification.split"]
    found = {
        at: label
        for part in (data.training, data.validation, data.test)
        for at, label in zip(part.rows, part.labels, strict=True)
    }
    assert found[row] == "invoice"
    assert wording(f"{KEY}.health.by_hand", count=1) in shown(page)
    page.button(key=f"{KEY}.by_hand.undo").click().run()
    assert row not in page.session_state["classification.split"].training.rows


@pytest.mark.parametrize("kind", ["csv", "gb18030", "xlsx", "jsonl"])
def test_a_table_of_one_s_own_is_used_in_every_view(kind: str) -> None:
    frame = table_of()
    if kind == "xlsx":
        buffer = io.BytesIO()
        frame.to_excel(buffer, index=False)
        content = buffer.getvalue()
    elif kind == "jsonl":
        content = frame.to_json(orient="records", lines=True).encode()
    else:
        content = (
            frame.assign(kind=frame.kind.replace("ask", "提问"))
            .to_csv(index=False, sep=";")
            .encode(kind if kind != "csv" else "utf-8")
        )
    page = upload(opened(data_source="upload"), "mine.csv" if kind == "gb18030" else f"mine.{kind}", content)
    digest = page.session_state[f"{KEY}.table"][0]
    assert page.selectbox(key=f"{KEY}.text.{digest}").value == "note"
    assert page.selectbox(key=f"{KEY}.label.{digest}").value == "kind"
    split = page.session_state["classification.split"]
    assert split.name == digest
    assert len(split.classes) == 3
    page.selectbox(key=f"{KEY}.group.{digest}").set_value("customer").run()
    training, _, test = parts(page)
    customers = frame.customer
    assert not {customers[row] for row in training.rows} & {customers[row] for row in test.rows}


def test_columns_delimiter_and_header_can_be_overruled() -> None:
    page = upload(opened(data_source="upload"), "mine.csv", table_of().to_csv(index=False).encode())
    page.selectbox(key=f"{KEY}.header").set_value("no").run()
    assert page.session_state[f"{KEY}.table"][1].columns == ("column 1", "column 2", "column 3")
    page.selectbox(key=f"{KEY}.delimiter").set_value("bar").run()
    assert page.error[0].value == wording(f"{KEY}.error.one_column")
    page.selectbox(key=f"{KEY}.delimiter").set_value(None).run()
    assert not page.error


def test_rows_that_are_all_alike_can_be_divided_once_the_reader_says_so() -> None:
    page = opened(data_source="upload")
    rows = "".join(f"please book room number {row} for me today,{'ab'[row % 2]}\n" for row in range(40))
    upload(page, "alike.csv", f"text,label\n{rows}".encode())
    assert page.error[0].value == wording(f"{KEY}.error.groups")
    page.segmented_control(key="classification.data_part").set_value("health").run()
    page.selectbox(key=f"{KEY}.action.near").set_value("apart").run()
    assert not page.error
    assert len(page.session_state["classification.split"].training) == 26
    page.segmented_control(key="classification.data_part").set_value("split").run()
    assert "the score will flatter" in page.warning[0].value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"text,label\n,\n", "empty"),
        (b"only\none\ncolumn\n", "one_column"),
        (b"PK\x03\x04 broken", "workbook"),
        (b"text,label\n" + b"".join(b"same words here %d,one\n" % n for n in range(30)), "one_class"),
        (
            b"text,label\n" + b"".join(b"words number %d,label %d\n" % (n, n) for n in range(30)),
            "label_a_row",
        ),
        (b"text,label\nhi,a\nbye,b\n", "few_rows"),
    ],
)
def test_a_file_that_cannot_be_used_gets_one_sentence_and_the_other_data_stay(
    language: str, content: bytes, key: str
) -> None:
    page = opened(language, data_sample=language)
    before = page.session_state["classification.split"]
    page.segmented_control(key="classification.data_source").set_value("upload").run()
    upload(page, "x.csv", content)
    assert len(page.error) == 1
    rows = 30 if key == "label_a_row" else 2
    sentence = wording(f"{KEY}.error.{key}", language, label="one", rows=rows, least=6, classes=30)
    assert page.error[0].value == sentence
    assert page.session_state["classification.split"] == before


def test_banking77_is_used_as_published_or_asked_for(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GLASSBOX_DATA", str(tmp_path / "none"))
    page = opened(data_source="banking77")
    assert any("switched off" in info.value for info in page.info)
    monkeypatch.setenv("GLASSBOX_ALLOW_DOWNLOADS", "1")
    page.run()
    assert page.button(key=f"{KEY}.download")
