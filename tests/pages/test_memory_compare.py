"""The comparison as a reader meets it: methods, curves, published tables, in both languages."""

from functools import partial
from urllib.parse import parse_qsl

import pytest

from core.curriculum.bank import questions
from core.memory.curve_families import SETTINGS
from core.memory.methods import METHODS
from core.memory.published import published_figures
from core.wording import LANGUAGES, wording
from tests.pages.reading import open_lesson, shown

opened = partial(open_lesson, "07_memory", view="compare")
OWN = [each for each in questions("memory") if each.link.startswith(("view=calculate", "view=compare"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_methods_side_by_side(language):
    page = opened(language)
    table = page.dataframe[0].value
    assert len(table) == len(METHODS)
    column = wording("memory.compare.column.method", language)
    note = wording("memory.compare.column.note", language)
    row = table[table[column] == "BitFit"].iloc[0]
    assert wording("memory.predict.error.no_bias", language, model="llama-2-7b") == row[note]
    assert "0.062%" in shown(page)  # LoRA's share of the trained parameters
    assert f"BitFit: {row[note]}" in shown(page)
    page.toggle(key="memory.compare.zoom").set_value(True).run()
    assert not page.exception


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_curve_over_each_setting(language, setting: str):
    page = opened(language, compare_part="curves", compare_over=setting)
    assert not page.error
    assert len(page.get("plotly_chart")) == 2
    assert wording(f"memory.compare.curves.reading.{setting}", language) in shown(page)


def test_settings_are_those_of_the_calculator_and_can_be_changed_here():
    page = opened(preset="smollm2-135m", batch="4", length="256")
    assert "SmolLM2 135M · 4 × 256" in shown(page)
    page.number_input(key="memory.batch").set_value(8).run()
    assert "8 × 256" in shown(page)
    page.segmented_control(key="memory.view").set_value("calculate").run()
    assert page.number_input(key="memory.batch").value == 8
    page.segmented_control(key="memory.view").set_value("compare").run()
    assert "SmolLM2 135M · 8 × 256" in shown(page)


def test_what_one_model_cannot_is_said_and_the_rest_stays():
    page = opened(preset="deepseek-v3", compare_part="curves", compare_over="tokens")
    assert "no place for peft's prefixes" in shown(page)
    assert len(page.get("plotly_chart")) == 2
    long = opened(preset="bert-base-uncased", length="5000")
    assert "positions" in long.error[0].value
    assert not long.exception


@pytest.mark.parametrize("method", ["inference", "bitfit", "qlora"])
@pytest.mark.parametrize("setting", ["length", "devices"])
def test_the_terms_of_the_chosen_method(method: str, setting: str):
    page = opened(compare_part="curves", compare_over=setting, method=method)
    assert not page.exception
    assert bool(page.error) == (method == "bitfit")  # a LLaMA has no biases


@pytest.mark.parametrize("language", LANGUAGES)
def test_published_tables_with_their_contradictions(language):
    page = opened(language, compare_part="published")
    assert len(page.table[0].value) == len(published_figures())
    for note in ("qlora_base", "bert_base_cased", "mixed"):
        assert wording(f"memory.predict.note.{note}", language) in shown(page)
    assert len(page.dataframe[0].value) == 63


@pytest.mark.parametrize("question", OWN, ids=lambda question: question.id)
def test_a_questions_link_sets_the_view_up(question):
    page = open_lesson("07_memory", **dict(parse_qsl(question.link)))
    assert not page.warning or "Does not fit" in page.warning[0].value
    assert not page.error
