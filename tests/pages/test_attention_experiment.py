"""The fifth view as a reader meets it: results, own runs, links, both languages."""

from functools import partial

import pytest

from core.attention.long_context_result import shipped_result as shipped_long
from core.attention.schemes.result import shipped_result
from core.wording import wording
from tests.pages.reading import open_lesson, shown

opened = partial(open_lesson, "02_attention", view="experiment")


@pytest.fixture(autouse=True)
def _own_home(empty_home) -> None:
    """Jobs of one test are not another's."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_five_schemes_stand_in_a_table_with_how_they_were_made(language: str) -> None:
    page = opened(language)
    assert not page.error
    (table,) = [frame.value for frame in page.dataframe]
    names = [wording(f"attention.experiment.scheme.{run.scheme}", language) for run in shipped_result().runs]
    assert list(table.iloc[:, 0]) == names[:5]
    assert table.iloc[1, 3] == "–"
    text = shown(page)
    assert wording("attention.experiment.schemes.asked", language) in text
    assert shipped_result().command in text
    assert shipped_result().date in text
    assert wording("attention.experiment.schemes.limits", language).strip()[:60] in text
    assert "{" not in text.replace("{=tex}", "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_long_text_shows_four_ranges_and_its_command(language: str) -> None:
    page = opened(language, experiment_part="long")
    assert not page.error
    (table,) = [frame.value for frame in page.dataframe]
    assert len(table) == 5
    assert list(table.columns)[-1] == wording(
        "attention.experiment.column.range", language, low=10_240, high=12_287
    )
    assert shipped_long().command in shown(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_gap_waits_to_be_measured_and_takes_its_link(language: str) -> None:
    page = opened(language, experiment_part="far", experiment_rotation="ntk", experiment_factor="8")
    assert wording("attention.experiment.far.empty", language) in shown(page)
    assert page.selectbox(key="attention.experiment_rotation").value == "ntk"
    assert page.slider(key="attention.experiment_factor").value == 8


@pytest.mark.real_model
def test_measuring_the_gap_draws_both_curves(glassbox_home, monkeypatch) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(glassbox_home))
    page = opened(experiment_part="far")
    page.button(key="attention.experiment.far.run").click().run()
    assert not page.exception
    assert not page.error
    as_trained, stretched = page.session_state["attention.experiment.far.results"]
    assert (as_trained.scheme, stretched.scheme) == ("unscaled", "yarn")
    assert f"{as_trained.alone:.2f}" in shown(page)


def test_a_link_with_nonsense_is_refused_in_words() -> None:
    page = opened(experiment_part="seven", experiment_factor="99")
    text = shown(page)
    assert "experiment_part" in text
    assert "experiment_factor" in text
    assert wording("attention.experiment.schemes.asked", "en") in text


def test_without_a_scheme_nothing_can_be_started() -> None:
    page = opened()
    page.button_group(key="attention.experiment.schemes").set_value([]).run()
    assert wording("attention.experiment.own.choose", "en") in shown(page)
    assert page.button(key="attention.experiment.job.start").disabled
