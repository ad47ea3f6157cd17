"""The view "Does it matter?" as a reader meets it: every experiment, links, refusals, both languages."""

from functools import partial

import pytest

from core.wording import LANGUAGES, wording
from tests.pages.reading import metrics, open_lesson, shown

opened = partial(open_lesson, "02_attention", view="matter")
SENTENCE = "Anna lost her keys, and Tom found"

pytestmark = pytest.mark.real_model


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_head_switched_off_changes_the_figures_it_should(language: str) -> None:
    page = opened(language, text=SENTENCE, matter_heads="1.5")
    assert wording("attention.matter.lead", language) in shown(page)
    loss = wording("attention.matter.metric.loss", language)
    first = metrics(page)[loss]
    assert page.slider(key="attention.matter.place").max == len(SENTENCE.split()) + 1
    page.multiselect(key="attention.matter_heads").set_value(["28.4"]).run()
    assert not page.exception
    assert metrics(page)[loss] != first
    page.multiselect(key="attention.matter_heads").set_value([]).run()
    assert page.info[0].value == wording("attention.matter.error.nothing", language)


def test_a_block_removed_hurts_more_than_a_head_and_the_mean_is_another_number() -> None:
    loss = wording("attention.matter.metric.loss", "en")
    head = float(metrics(opened(text=SENTENCE, matter_heads="1.5"))[loss])
    block = opened(text=SENTENCE, matter_kind="block", matter_layers="0", matter_replacement="mean")
    assert float(metrics(block)[loss]) > head
    zero = opened(text=SENTENCE, matter_kind="block", matter_layers="0", matter_replacement="zero")
    assert metrics(zero)[loss] != metrics(block)[loss]


def test_minilm_has_its_own_measure_and_says_why() -> None:
    page = opened(model="minilm-l6", text=SENTENCE)
    assert 0 < float(metrics(page)[wording("attention.matter.metric.cosine", "en")]) < 1
    assert wording("attention.matter.switch.encoder", "en") in shown(page)


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_text_is_an_invitation(text: str) -> None:
    page = opened(text="x y")
    page.text_area(key="attention.text").set_value(text).run()
    assert not page.exception
    assert page.info[0].value == wording("attention.matter.empty", "en")


def test_one_token_is_refused_with_what_to_do() -> None:
    page = opened(text="Hello")
    assert page.error[0].value == wording("attention.matter.error.short", "en")


def test_a_head_that_does_not_exist_is_not_offered_and_a_wrong_link_is_named() -> None:
    page = opened(text=SENTENCE, matter_heads="99.9")
    assert page.multiselect(key="attention.matter_heads").value == ["1.5"]
    wrong = opened(text=SENTENCE, matter_heads="one")
    assert "matter_heads" in wrong.warning[0].value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("model", ["smollm2-135m", "minilm-l6"])
def test_the_shipped_ranking_is_shown_with_its_finding(language: str, model: str) -> None:
    from core.attention.head_ranking import read_shipped_ranking

    page = opened(language, matter_part="rank", model=model)
    assert not page.error
    ranking = read_shipped_ranking(model)
    assert f"{ranking.correlation(ranking.measures[0]):+.2f}" in shown(page)
    assert wording("attention.matter.scatter.reading", language) in shown(page)
    assert len(page.get("plotly_chart")) == 4
    assert len(page.dataframe[0].value) == 12


def test_an_own_text_can_be_ranked_as_a_job_and_an_empty_one_cannot() -> None:
    page = opened(matter_part="rank", matter_source="own", model="minilm-l6")
    assert not page.button(key="attention.matter.job.start").disabled
    page.text_area(key="attention.matter.rank_text").set_value(" ").run()
    assert page.button(key="attention.matter.job.start").disabled


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lens_follows_a_position_and_refuses_an_encoder(language: str) -> None:
    page = opened(language, matter_part="lens", text="The capital of France is")
    page.slider(key="attention.matter.lens_place").set_value(5).run()
    assert "`␣Paris`" in shown(page)
    encoder = opened(language, matter_part="lens", model="minilm-l6", text="The capital")
    assert encoder.error[0].value == wording("attention.matter.error.no_lens", language, model="minilm-l6")


@pytest.mark.parametrize("language", LANGUAGES)
def test_meanings_and_reuse_show_what_was_measured(language: str) -> None:
    page = opened(language, matter_part="meanings", matter_word="bat")
    assert "8 of 8" in shown(page) or "8 / 8" in shown(page)
    page = opened(language, matter_part="reuse", matter_grown_text="The clock in the hall had stopped")
    values = [metric.value for metric in page.metric]
    assert values[0] == "1.0"
    assert float(values[1]) > 4
    page.text_input(key="attention.matter_grown_text").set_value("no").run()
    assert page.error
    assert not page.exception
