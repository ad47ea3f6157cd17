"""The view of a model at work, as a reader meets it."""

from functools import partial
from pathlib import Path

import pytest

from core.classification.methods.table import METHODS
from core.classification.shipped import sample_split
from core.classification.training import train_method
from core.classification.use.model_zip import zipped_model
from core.wording import wording
from tests.pages.reading import drawn, open_lesson, shown

opened = partial(open_lesson, "05_classification", view="use")


@pytest.fixture(autouse=True)
def _own_home(empty_home: Path) -> None: ...


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    method, folder = METHODS["tfidf"], tmp_path_factory.mktemp("model") / "tfidf"
    train_method(sample_split("zh"), method, method.settings(), folder, lambda told: None)
    return zipped_model(folder)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_look_classifies_a_text_and_marks_its_words(language: str):
    page = opened(language)
    assert not page.error
    assert wording("classification.use.lead", language) in shown(page)
    tokens = drawn(page, "classification.use.words")["tokens"]
    text = "".join(token["text"] for token in tokens).replace("▲", "").replace("▼", "")
    assert text in sample_split("en").test.texts
    assert max(token["shade"] for token in tokens) == 1
    assert any("▲" in token["text"] for token in tokens)


def test_a_clear_request_is_understood_and_its_word_speaks_for_it():
    page = opened(use_text="please cancel my order")
    assert "cancel_order" in page.success[0].value
    tokens = drawn(page, "classification.use.words")["tokens"]
    assert next(token for token in tokens if token["shade"] == 1)["text"] == "cancel▲"


def test_an_empty_text_is_asked_for_and_one_without_words_is_one_sentence():
    page = opened(use_text="please cancel my order")
    page.text_area(key="classification.use_text").set_value("  ").run()
    assert wording("classification.use.text.empty", "en") in shown(page)
    page.text_area(key="classification.use_text").set_value("🙂🙂").run()
    assert [error.value for error in page.error] == [wording("classification.use.error.no_words", "en")]
    assert not page.exception


def test_what_a_reader_writes_is_shown_as_text():
    page = opened(use_text="<img src=x onerror=alert(1)> **refund** my money")
    tokens = drawn(page, "classification.use.words")["tokens"]
    assert "<" in tokens[0]["text"]
    assert not page.exception


def test_a_model_comes_back_from_its_file_and_can_be_chosen(packed: bytes):
    page = opened("zh", use_part="take")
    assert wording("classification.use.take.quick", "zh") in shown(page)
    page.file_uploader[0].set_value(("model.zip", packed, "application/zip")).run()
    assert not page.error
    chosen = page.selectbox(key="classification.use.model")
    assert any("sample-zh" in option for option in chosen.options)
    assert len(chosen.value) == 64
    page.button_group(key="classification.use_part").set_value("one").run()
    page.text_area(key="classification.use_text").set_value("我要退货").run()
    assert not page.exception
    assert drawn(page, "classification.use.words")["tokens"]
    assert wording("classification.use.similar.gone", "zh") in shown(page)


def test_a_file_that_is_no_model_is_one_sentence(packed: bytes):
    page = opened(use_part="take")
    page.file_uploader[0].set_value(("model.zip", packed[:-100], "application/zip")).run()
    assert [error.value for error in page.error] == [wording("classification.use.error.zip", "en")]
