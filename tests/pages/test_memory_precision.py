"""The precision lab as a reader meets it: numbers, matrices, the model, outliers, speed; both languages."""

from functools import partial
from urllib.parse import parse_qsl

import pytest

from core.curriculum.bank import questions
from core.memory.quantise.weight_formats import FORMATS
from core.wording import LANGUAGES, wording
from tests.pages.reading import drawn, metrics, open_lesson, shown

opened = partial(open_lesson, "07_memory", view="precision")


@pytest.fixture(scope="module", autouse=True)
def _threads():
    import torch

    torch.set_num_threads(1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_look_has_a_number_in_every_format(language):
    page = opened(language)
    assert not page.error
    table = page.dataframe[0].value
    assert len(table) == 9
    stored = table[wording("memory.precision.column.stored", language)]
    assert stored[2] == "0.0999755859"  # fp16, as numpy and torch have it
    bits = drawn(page, "memory.precision.bits")["tokens"]
    assert "".join(bit["text"] for bit in bits) == "0010111001100110"
    text = shown(page)
    assert wording("memory.precision.lead", language) in text
    assert "SmolLM2" in text
    assert "{" not in text.replace("{1", "")
    assert len(page.get("plotly_chart")) == 2


@pytest.mark.parametrize(
    ("number", "kept", "outcome", "stored"),
    [
        ("65520", "fp16", "overflow", "inf"),
        ("65519", "fp16", "rounded", "65504"),
        ("1e-8", "fp16", "underflow", "0"),
        ("1e-6", "fp16", "subnormal", "1.01327896e-06"),
        ("16777217", "fp32", "rounded", "16777216"),
        ("1e39", "bf16", "overflow", "inf"),
        ("-448.5", "fp8-e4m3", "rounded", "-448"),
        ("-500", "fp8-e4m3", "saturated", "-448"),
        ("0.5", "fp4-e2m1", "exact", "0.5"),
        ("0", "fp16", "exact", "0"),
    ],
)
def test_what_becomes_of_a_number_is_said(number: str, kept: str, outcome: str, stored: str):
    page = opened(precision_number=number, precision_kept=kept)
    found = metrics(page)
    assert found["Stored"] == stored
    assert found["What happened"] == wording(f"memory.precision.outcome.{outcome}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", ["", "ten", "nan", "1e999", "😀", "9" * 55])
def test_what_is_no_number_gets_one_sentence(language, number: str):
    page = opened(language)
    page.text_input(key="memory.precision_number").set_value(number).run()
    assert not page.exception
    (error,) = page.error
    assert error.value == wording("memory.precision.error.number", language, value=number[:40])


def test_a_largest_weight_of_zero_is_refused():
    page = opened(precision_largest="0")
    assert "cannot be the largest weight" in page.error[0].value


def test_an_example_fills_the_box():
    page = opened()
    page.button(key="memory.precision.example.1e-8").click().run()
    assert page.text_input(key="memory.precision_number").value == "1e-8"
    assert metrics(page)["Stored"] == "0"


@pytest.mark.real_model
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_matrix_shows_its_levels_its_bytes_and_all_formats(language):
    page = opened(language, precision_part="weights")
    assert not page.error
    text = shown(page)
    assert ("23 of 255 levels are used" if language == "en" else "255 个级只用了 23 个") in text
    assert "174.7 σ" in text
    table = page.dataframe[0].value
    assert len(table) == len(FORMATS)
    predicted, counted = (
        wording(f"memory.precision.column.{name}", language) for name in ("predicted", "counted")
    )
    assert list(table[predicted]) == list(table[counted])
    assert table[counted][0] == 384 * 1536 * 4
    assert r"589,\!824 \times 1" in page.latex[0].value
    page.selectbox(key="memory.precision_format").set_value("nf4").run()
    assert not page.exception
    assert ("16 of 16 levels" if language == "en" else "16 个级只用了 16 个") in shown(page)
    page.selectbox(key="memory.precision_format").set_value("fp32").run()
    assert metrics(page)[wording("memory.precision.weights.metric.decibels", language)] == wording(
        "memory.precision.weights.exact", language
    )


@pytest.mark.real_model
def test_the_whole_model_waits_for_its_button_then_compares_all_formats():
    page = opened(precision_part="model")
    assert wording("memory.precision.model.empty", "en") in shown(page)
    page.button(key="memory.precision.model.start").click().run()
    assert not page.exception
    text = shown(page)
    assert "not four times" in text
    table = page.dataframe[0].value
    assert list(table["Format"]) == [wording(f"memory.precision.short.{name}") for name in FORMATS]
    changes = list(table["Mean change of a score"])
    assert changes[0] == 0
    assert len(page.get("plotly_chart")) == 4
    page.selectbox(key="memory.precision_compared").set_value("nf4").run()
    assert not page.exception
    page.button_group(key="memory.precision_pairs").set_value("own").run()
    area = page.text_area(key="memory.precision_text")
    for bad, said in (
        ("one column only", "Line 1 is not a pair"),
        ("a | b | c", "Line 1 is not a pair"),
        ("a | b", "between 3 and 60 pairs"),
        ("\n".join(["a | b"] * 61), "between 3 and 60 pairs"),
        (f"{'word ' * 100} | b", "more than 400 characters"),
        ("", "between 3 and 60 pairs"),
    ):
        area.set_value(bad).run()
        assert said in page.error[0].value
        assert page.button(key="memory.precision.model.start").disabled
        area = page.text_area(key="memory.precision_text")
    area.set_value("a cat | a dog\n😀 | 🙂\nrain | the sun\n").run()
    page.button(key="memory.precision.model.start").click().run()
    assert not page.exception
    assert not page.error


@pytest.mark.real_model
@pytest.mark.parametrize("language", LANGUAGES)
def test_outliers_are_the_models_own_and_the_planted_one(language):
    page = opened(language, precision_part="outlier")
    assert not page.error
    assert "**0.down**" in shown(page)
    assert "7.91" in shown(page)
    table = page.dataframe[0].value
    assert len(table) == 37
    assert table.iloc[0, 0] == "0.down"
    label = wording("memory.precision.outlier.metric.tensor", language)
    assert metrics(page)[label] == "22.74%"
    page.select_slider(key="memory.precision_size").set_value(1000.0).run()
    assert not page.exception
    assert metrics(page)[label] == "99.93%"
    assert "{" not in shown(page)


@pytest.mark.real_model
@pytest.mark.parametrize("language", LANGUAGES)
def test_speed_waits_for_its_button_and_quotes_the_gpu_as_quoted(language):
    page = opened(
        language, precision_part="speed", precision_batch="1", precision_length="16", precision_rounds="3"
    )
    text = shown(page)
    assert wording("memory.precision.speed.empty", language) in text
    assert wording("memory.precision.speed.gpu", language) in text
    page.button(key="memory.precision.speed.start").click().run()
    assert not page.exception
    table = page.dataframe[0].value
    assert wording("memory.precision.runnable.nf4", language) in list(
        table[wording("memory.precision.column.format", language)]
    )
    page.number_input(key="memory.precision_length").set_value(256).run()
    page.number_input(key="memory.precision_batch").set_value(64).run()
    assert wording("memory.precision.error.tokens", language, tokens=64 * 256, most=2048) in shown(page)
    assert page.button(key="memory.precision.speed.start").disabled


def test_a_link_with_nonsense_is_refused_in_words():
    page = opened(precision_block="48", precision_matrix="7.query", precision_size="x", precision_part="none")
    for name in ("precision_block", "precision_matrix", "precision_size", "precision_part"):
        assert name in page.warning[0].value


@pytest.mark.real_model
@pytest.mark.parametrize(
    "question",
    [each for each in questions("memory") if each.link.startswith("view=precision")],
    ids=lambda question: question.id,
)
def test_a_questions_link_sets_the_view_up(question):
    page = open_lesson("07_memory", **dict(parse_qsl(question.link)))
    assert not page.warning
    assert not page.error
