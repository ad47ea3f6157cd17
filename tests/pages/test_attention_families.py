"""The view of families as a reader meets it: every part, both languages, links, bad input."""

import pytest

from core.wording import wording
from tests.pages.reading import metrics, open_lesson, shown
from ui.attention.families_controls import PARTS

LESSON = "02_attention"
pytestmark = pytest.mark.real_model


def opened(part: str, language: str = "en", **link: str):
    return open_lesson(LESSON, language, view="families", families_part=part, **link)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_and_speaks_the_readers_language(part: str, language: str):
    page = opened(part, language)
    assert wording("attention.families.lead", language) in shown(page)
    assert wording(f"attention.families.{part}.lead", language) in shown(page)
    assert not page.error
    assert not page.warning


def test_the_table_measures_the_shelf_and_can_be_filtered():
    page = opened("table")
    table = page.dataframe[0].value
    assert set(table.loc[table["how known"] == "measured", "model"]) == {"SmolLM2-135M", "all-MiniLM-L6-v2"}
    assert "Transformer (base): computed -3.0%" in shown(page)
    page.multiselect(key="attention.families.filter.positions").set_value(["alibi"]).run()
    assert list(page.dataframe[0].value["model"]) == ["BLOOM (176B)", "Baichuan-13B", "Baichuan 2 13B"]
    page.multiselect(key="attention.families.filter.kind").set_value(["encoder"]).run()
    assert wording("attention.families.table.nothing") in shown(page)


def test_two_models_show_only_what_differs():
    page = opened("compare", families_first="llama-7b", families_second="llama-2-7b")
    assert list(page.dataframe[0].value.iloc[:, 0]) == ["context"]
    assert wording("attention.families.compare.parts") not in shown(page)
    page.selectbox(key="attention.families_second").set_value("llama-7b").run()
    assert page.success[0].value == wording("attention.families.compare.same")


def test_the_mask_is_opened_on_demand():
    page = opened("kinds")
    assert wording("attention.families.opened.empty") in shown(page)
    assert "**decoder-only** · loss on 95%" in shown(page)
    page.button(key="attention.families.opened.run").click().run()
    assert "times as surprising" in shown(page)
    assert not page.error


def test_a_sentence_too_short_or_too_long_gets_one_sentence():
    page = opened("kinds", families_text="Go")
    assert page.error[0].value.startswith("The sentence has 1 tokens; write 4 to 24")
    page.button(key="attention.families.opened.run").click().run()
    assert "this experiment takes 8 to 256" in page.error[1].value
    page = opened("bert", families_text=" ")
    assert page.error[0].value == wording("attention.families.error.empty")
    page = opened("bert", families_text="word " * 70)
    assert "up to 64 can be drawn" in page.error[0].value
    page = opened("successors", families_text=" ")
    assert page.error
    assert not page.exception


def test_berts_rule_and_what_a_longer_text_changes():
    page = opened("bert")
    assert "10,000 draws" in shown(page)
    before = page.dataframe[1].value.to_dict()
    page.number_input(key="attention.families_draw").set_value(5).run()
    assert page.dataframe[1].value.to_dict() != before
    page.button(key="attention.families.bert.run").click().run()
    assert "SmolLM2: 0.000" in shown(page)
    page.text_input(key="attention.families.bert.more").set_value("").run()
    assert wording("attention.families.bert.empty") in shown(page)


def test_electra_labels_the_readers_tokens():
    page = opened("successors")
    page.button(key="attention.families.electra.run").click().run()
    assert "ELECTRA from all" in shown(page)
    assert "10.7%" in shown(page)


def test_experts_are_counted_and_tokens_routed():
    page = opened("experts", families_mixture="deepseek-v3", families_experts="4", families_k="8")
    assert metrics(page) == {"stored": "671.0 B", "used by a token": "37.6 B", "share used": "5.6%"}
    assert page.slider(key="attention.families_k").value == 4  # no more than there are
    page.slider(key="attention.families_k").set_value(1).run()
    page.button(key="attention.families.router.run").click().run()
    assert "times its fair share" in shown(page)
    page.slider(key="attention.families_layer").set_value(3).run()
    assert "times its fair share" in shown(page)
    assert not page.error


def test_images_count_their_tokens_and_refuse_patches_that_do_not_fit():
    page = opened("images", families_resolution="336", families_patch="14", families_picture="letters")
    assert metrics(page)["image tokens"] == "576"
    page.toggle(key="attention.families.images.shuffle").set_value(True).run()
    assert "The same 576 vectors" in shown(page)
    page.selectbox(key="attention.families_patch").set_value("32").run()
    assert "do not fill an image of 336" in page.error[0].value
