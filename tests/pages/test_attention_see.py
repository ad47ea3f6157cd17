"""The attention lesson's first view as a reader meets it: models, languages, odd texts, odd links."""

from functools import partial

import pytest

from core.wording import wording
from tests.pages.reading import drawn, open_lesson, shown

opened = partial(open_lesson, "02_attention", view="see")

pytestmark = pytest.mark.real_model


def test_the_first_look_is_an_induction_head_with_its_arithmetic():
    page = opened("en")
    assert (page.session_state["attention.layer"], page.session_state["attention.head"]) == (18, 6)
    headings = [heading.value for heading in page.subheader]
    assert "Layer 18, head 6: induction" in headings
    row = drawn(page, "attention.see.tokens")
    assert [token["text"] for token in row["tokens"]][:4] == ["Mrs", " D", "urs", "field"]
    strongest = max(row["tokens"], key=lambda token: token["shade"])
    assert strongest["text"] == "field"
    assert row["tokens"][row["selected"]]["text"] == "urs"
    table = next(frame.value for frame in page.dataframe if "weight w" in frame.value)
    assert table["weight w"].sum() == pytest.approx(1, abs=1e-4)
    assert table["token"][table["weight w"].idxmax()] == "field"


@pytest.mark.parametrize("part", ["heads", "sink", "rollout"])
def test_every_part_speaks_chinese_with_minilm(part: str):
    page = opened("zh", model="minilm-l6", see_part=part)
    assert not page.error
    assert wording(f"attention.see.{part}.lead", "zh") in shown(page)
    assert wording("attention.see.continue.cannot", "zh") in shown(page)
    assert drawn(page, "attention.see.tokens")["tokens"][0]["text"] == "[CLS]"


def test_a_head_that_does_not_exist_is_named_and_the_page_goes_on():
    page = opened("en", model="minilm-l6", layer="29", head="3")
    assert page.error[0].value == "There is no layer 29: choose one from 0 to 5."
    assert page.session_state["attention.layer"] <= 5
    assert page.session_state["attention.head"] == 3
    assert drawn(page, "attention.see.tokens")["tokens"]


@pytest.mark.parametrize(("language", "word"), [("en", "Write a sentence"), ("zh", "请输入一个句子")])
def test_an_empty_text_is_an_invitation(language: str, word: str):
    page = opened(language, model="minilm-l6", text=" ")
    assert word in page.info[0].value
    assert not page.get("bidi_component")


@pytest.mark.parametrize("part", ["cell", "heads", "rollout"])
def test_one_token_is_a_text_too(part: str):
    page = opened("en", text="Hi", see_part=part)
    assert not page.exception
    assert len(drawn(page, "attention.see.tokens")["tokens"]) == 1


def test_one_token_has_no_sink_and_says_so():
    assert "four tokens" in opened("en", text="Hi", see_part="sink").error[0].value


def test_a_long_text_says_what_is_left_out():
    page = opened("en", model="minilm-l6", text="word " * 300)
    assert "The first 160 tokens are read and drawn; 142 more" in page.warning[0].value
    assert drawn(page, "attention.see.tokens")["tokens"][-1]["text"] == "[SEP]"


def test_another_script_is_bytes_for_one_model_and_unknown_to_the_other():
    page = opened("en", model="minilm-l6", text="猫坐在垫子上")
    assert "[UNK]" in page.warning[0].value
    tokens = drawn(opened("en", text="猫坐在垫子上"), "attention.see.tokens")["tokens"]
    assert any(token["text"].startswith("\\x") for token in tokens)


def test_the_model_continues_and_the_maps_go_on():
    page = opened("en", text="France: Paris. Japan: Tokyo. Italy:")
    before = len(drawn(page, "attention.see.tokens")["tokens"])
    page.slider(key="attention.see.continue_by").set_value(2).run()
    page.button(key="attention.see.continue").click().run()
    tokens = drawn(page, "attention.see.tokens")["tokens"]
    assert len(tokens) == before + 2
    assert tokens[before]["text"] == " Rome"
    assert "(2 written by the model)" in shown(page)
    page.button(key="attention.see.continue_not").click().run()
    assert len(drawn(page, "attention.see.tokens")["tokens"]) == before


def test_another_layer_by_number_shows_that_head():
    page = opened("en", model="minilm-l6")
    page.number_input(key="attention.layer").set_value(4).run()
    page.number_input(key="attention.head").set_value(5).run()
    assert any(heading.value.startswith("Layer 4, head 5:") for heading in page.subheader)
