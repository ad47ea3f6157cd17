"""The view "Inside" as a reader meets it: every section, links, refusals, both languages."""

from functools import partial

import pytest

from core.wording import LANGUAGES, wording
from tests.pages.reading import metrics, open_lesson, shown
from tests.pages.translators import tiny_translators  # noqa: F401 - a fixture

opened = partial(open_lesson, "04_translation", view="inside")

pytestmark = pytest.mark.usefixtures("tiny_translators")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bridge_of_each_model_is_counted(language: str) -> None:
    page = opened(language, inside_text="Ein Hund rennt.")
    label = wording("translation.inside.bridge.label", language)
    assert wording("translation.inside.lead", language) in shown(page)
    assert metrics(page)[label] == "32"
    page.text_area(key="translation.inside_text").set_value("Ein Hund rennt und ein Hund rennt.").run()
    assert metrics(page)[label] == "32"
    page.button_group(key="translation.inside_model").set_value("transformer").run()
    tokens = len(page.session_state["translation.inside.journey"][1].source)
    assert metrics(page)[label] == str(16 * tokens)
    assert not page.error


@pytest.mark.parametrize("language", LANGUAGES)
def test_filling_is_counted_and_the_mask_proved(language: str) -> None:
    page = opened(language, inside_part="filling", inside_batch="8")
    (table,) = [frame.value for frame in page.dataframe]
    assert list(table.iloc[:, 2])[:2] == [10, 10]
    found = metrics(page)
    masked = float(found[wording("translation.inside.proof.difference.masked", language)])
    assert masked < 1e-4 < float(found[wording("translation.inside.proof.difference.unmasked", language)])
    page.slider(key="translation.inside_batch").set_value(40).run()
    assert list(page.dataframe[0].value.iloc[:, 2])[:2] == [2, 2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_are_listed_and_what_is_taken_away_changes_the_loss(language: str) -> None:
    page = opened(language, inside_part="parts", inside_text="Ein Hund.", inside_removed="decoder.0.cross.1")
    assert not page.error
    loss = metrics(page)[wording("translation.inside.parts.loss", language)]
    (table,) = [frame.value for frame in page.dataframe]
    assert len(table) == 2 * 2 + 3 * 5
    page.multiselect(key="translation.inside_removed").set_value(["decoder.1.feed_forward.residual"]).run()
    assert metrics(page)[wording("translation.inside.parts.loss", language)] != loss
    page.multiselect(key="translation.inside_removed").set_value([]).run()
    assert wording("translation.inside.parts.nothing", language) in shown(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_costs_wait_for_the_button(language: str) -> None:
    page = opened(language, inside_part="remove")
    assert wording("translation.inside.costs.empty", language) in shown(page)
    page.button(key="translation.inside.costs.run").click().run(timeout=200)
    assert not page.exception
    assert not page.error
    assert wording("translation.inside.heads.reading", language) in shown(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lengths_and_tools_are_shown(language: str) -> None:
    page = opened(language, inside_part="length")
    assert wording("translation.inside.by_loss.reading", language) in shown(page)
    assert not page.error
    tools = shown(opened(language, inside_part="tools"))
    assert "torchtext.data.Field" in tools
    assert wording("translation.inside.state.there", language) in tools
    assert "{" not in tools


@pytest.mark.parametrize("part", ["model", "parts"])
@pytest.mark.parametrize(("text", "key"), [(" ", "empty"), ("Hund " * 300, "long")])
def test_bad_input_gets_one_sentence(part: str, text: str, key: str) -> None:
    page = opened(inside_part=part, inside_text=text)
    (error,) = page.error
    assert error.value[:18] == wording(f"translation.inside.error.{key}", "en")[:18]


def test_a_link_with_nonsense_is_refused_in_words() -> None:
    page = opened(inside_part="seven", inside_removed="decoder.9.nose", inside_batch="1000")
    text = shown(page)
    for name in ("inside_part", "inside_removed", "inside_batch"):
        assert name in text
