"""The view of variants as a reader meets it: every section, links, refusals, both languages."""

import pytest

from core.wording import wording
from tests.pages.reading import metrics, open_lesson, shown

SECTIONS = ("soft", "masks", "cross", "heads", "cache", "windows", "flash", "paged")

pytestmark = pytest.mark.real_model


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens_with_something_to_see(section: str, language: str, smollm2):
    page = open_lesson("02_attention", language, view="variants", variants_section=section)
    assert not page.error
    assert wording(f"attention.variants.{section}.lead", language).split("{")[0][:40] in shown(page)
    assert page.get("plotly_chart")


def test_flash_shows_the_proof_and_steps_through_tiles(smollm2):
    page = open_lesson(
        "02_attention",
        view="variants",
        variants_section="flash",
        variants_tile_rows="8",
        variants_tile_columns="8",
        variants_tile_step="2",
    )
    assert float(metrics(page)["Largest difference"]) < 1e-5
    assert "**Tile 2**" in shown(page)
    page.slider(key="attention.variants_tile_step").set_value(3).run()
    assert "**Tile 3**" in shown(page)


def test_a_link_opens_multi_query_attention_with_a_third_of_the_cache(smollm2):
    page = open_lesson("02_attention", view="variants", variants_section="heads", variants_kind="multi_query")
    assert metrics(page)["Numbers a token and layer"] == "128"
    assert metrics(page)["Cache a token"] == "7,680 B"


def test_a_prefix_changes_the_vectors_and_a_masked_filling_does_not(smollm2):
    page = open_lesson("02_attention", view="variants", variants_section="masks", variants_mask="prefix")
    assert "likeliest next tokens" in shown(page)
    assert float(metrics(page)["Change with the mask"]) < 1e-4


@pytest.mark.parametrize(("language", "word"), [("en", "at least two tokens"), ("zh", "两个 token")])
def test_an_empty_sentence_is_an_invitation(language: str, word: str, smollm2):
    page = open_lesson("02_attention", language, view="variants", variants_section="soft", text=" ")
    assert any(word in info.value for info in page.info)


def test_a_long_text_says_what_is_left_out_and_another_script_is_read(smollm2):
    page = open_lesson("02_attention", view="variants", variants_section="cache", text="水 " * 60)
    assert "the first 32 of" in shown(page)


def test_an_empty_other_sentence_is_refused_in_one_sentence(smollm2):
    page = open_lesson(
        "02_attention", view="variants", variants_section="cross", variants_cross_looked_at=" "
    )
    assert len(page.error) == 1


@pytest.mark.parametrize("link", [{"variants_section": "magic"}, {"variants_rank": "7"}])
def test_a_wrong_link_value_is_said(link: dict[str, str], smollm2):
    page = open_lesson("02_attention", view="variants", **{"variants_section": "paged", **link})
    assert next(iter(link)) in page.warning[0].value
