"""The view of a block's parts as a reader meets it: every part, links, bad input, both languages."""

from functools import partial

import pytest

from core.wording import wording
from tests.pages.reading import metrics, open_lesson, shown

opened = partial(open_lesson, "02_attention", view="block")
PARTS = {
    "norms": "norms",
    "placement": "placement",
    "batch_norm": "batch",
    "activations": "act",
    "feed_forward": "ffn",
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_and_speaks_the_readers_language(part: str, language: str) -> None:
    page = opened(language, block_part=part)
    assert not page.error
    assert not page.warning
    assert wording(f"attention.block.{PARTS[part]}.lead", language) in shown(page)


def test_the_first_look_fills_in_the_formulas_and_a_shift_moves_one_norm_only() -> None:
    page = opened()
    before = [formula.value for formula in page.latex if "Norm:" in str(formula.value)]
    assert any("0.6160" in text for text in before)
    page.slider(key="attention.block_shift").set_value(2.0).run()
    after = [formula.value for formula in page.latex if "Norm:" in str(formula.value)]
    assert before[0].rsplit("=", 1)[1] == after[0].rsplit("=", 1)[1]
    assert before[1].rsplit("=", 1)[1] != after[1].rsplit("=", 1)[1]


def test_bad_numbers_get_one_sentence() -> None:
    page = opened(block_numbers="one, two")
    assert page.error[0].value == wording("attention.block.error.numbers", "en", most=16)


def test_a_link_with_a_wrong_value_says_so() -> None:
    page = opened(block_part="soup", block_shift="0.5")
    assert "block_part" in page.warning[0].value
    assert page.slider(key="attention.block_shift").value == 0.5


@pytest.mark.real_model
def test_batch_norm_moves_the_sentence_and_layer_norm_does_not() -> None:
    page = opened(block_part="batch_norm")
    found = metrics(page)
    assert float(found[wording("attention.block.company.batch_change", "en")]) > 0.1
    assert found[wording("attention.block.company.layer_change", "en")] == "0.000"
    page.text_input(key="attention.block.batch.sentence").set_value("  ").run()
    assert page.error[0].value == wording("attention.block.error.text", "en")


@pytest.mark.real_model
def test_the_neurons_of_a_text_are_read_and_an_empty_text_is_refused() -> None:
    page = opened(block_part="feed_forward", block_text="The sky is blue.", block_layer="12")
    page.button(key="attention.block.ffn.run").click().run()
    assert not page.error
    assert "1536" in shown(page)
    assert page.slider(key="attention.block_layer").value == 12
    page.text_area(key="attention.block_text").set_value("").run()
    page.button(key="attention.block.ffn.run").click().run()
    assert page.error[0].value == wording("attention.block.error.text", "en")
