"""The view "Forced and free" as a reader meets it: every section, links, refusals, both languages."""

from functools import partial

import pytest

from core.translation.captions import captions
from core.translation.scheduled.result import shipped_result
from core.wording import LANGUAGES, wording
from tests.pages.reading import metrics, open_lesson, shown
from tests.pages.translators import tiny_translators  # noqa: F401 - a fixture

opened = partial(open_lesson, "04_translation", view="forcing")

pytestmark = pytest.mark.usefixtures("tiny_translators")


@pytest.fixture(autouse=True)
def _own_home(empty_home) -> None:
    """Jobs of one test are not another's."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caption_is_decoded_both_ways_at_first_sight(language: str) -> None:
    page = opened(language)
    text = shown(page)
    assert wording("translation.forcing.lead", language) in text
    assert wording("translation.forcing.ladder.reading", language) in text
    assert not page.error
    (table,) = [frame.value for frame in page.dataframe]
    compared = page.session_state["translation.forcing.compared"][1]
    assert list(table.iloc[:, 1]) == list(compared.reference)
    right = metrics(page)[wording("translation.forcing.right.forced", language)]
    assert right.endswith(f"/ {len(compared.reference)}")
    assert "{" not in text


def test_another_caption_and_another_model_decode_anew() -> None:
    page = opened()
    first = page.session_state["translation.forcing.compared"][1]
    page.button(key="translation.forcing.another").click().run()
    assert not page.exception
    second = page.session_state["translation.forcing.compared"][1]
    assert second.source != first.source
    assert page.text_area(key="translation.forcing_source").value in captions().source
    page.button_group(key="translation.forcing_model").set_value("transformer").run()
    assert page.session_state["translation.forcing.compared"][0][0] == "transformer"


@pytest.mark.parametrize(
    ("source", "reference", "key"),
    [("", "A dog.", "empty"), ("Ein Hund.", "  ", "empty"), ("Hund " * 300, "A dog.", "long")],
)
def test_bad_input_gets_one_sentence(source: str, reference: str, key: str) -> None:
    page = opened(forcing_source=source, forcing_reference=reference)
    (error,) = page.error
    assert error.value[:18] == wording(f"translation.forcing.error.{key}", "en")[:18]


def test_markup_and_emoji_are_shown_as_text() -> None:
    page = opened(forcing_source="<b>🐕</b> `x`", forcing_reference="**dog** 🐕")
    assert not page.error
    assert page.session_state["translation.forcing.compared"][1].reference[-1] == "</s>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_growth_is_said_in_numbers(language: str) -> None:
    page = opened(language, forcing_part="many", forcing_model="gru")
    text = shown(page)
    assert not page.error
    assert wording("translation.forcing.many.asked", language) in text
    assert wording("translation.forcing.after.reading", language) in text
    assert len(page.metric) == 3
    assert "80" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_scheduled_sampling_stands_in_a_table_with_how_it_was_made(language: str) -> None:
    page = opened(language, forcing_part="sampling")
    assert not page.error
    (table,) = [frame.value for frame in page.dataframe]
    names = [wording(f"translation.forcing.variant.{name}", language) for name in shipped_result().variants]
    assert list(table.iloc[:, 0]) == names
    text = shown(page)
    assert shipped_result().command in text
    assert wording("translation.forcing.own.empty", language) in text
    page.button_group(key="translation.forcing.variants").set_value([]).run()
    assert wording("translation.forcing.own.choose", language) in shown(page)
    assert page.button(key="translation.forcing.job.start").disabled


def test_a_link_with_nonsense_is_refused_in_words() -> None:
    page = opened(forcing_part="seven", forcing_model="bert")
    assert "forcing_part" in shown(page)
    assert "forcing_model" in shown(page)
