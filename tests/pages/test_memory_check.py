"""The view "Check it" as a reader meets it: prediction, measurement, refusals, links, both languages."""

from functools import partial

import pytest

from core.memory.grid import grid_errors, shipped_grid
from core.memory.measure import measured_plan
from core.memory.predict import predict
from core.wording import wording
from tests.pages.reading import metrics, open_lesson, shown

opened = partial(open_lesson, "07_memory", view="check")


@pytest.fixture(autouse=True)
def _own_home(empty_home) -> None:
    """Jobs of one test are not another's."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_look_has_a_shipped_measurement_beside_the_prediction(language: str) -> None:
    page = opened(language)
    assert not page.error
    table = page.dataframe[0].value
    assert table.iloc[0, 0] == wording("memory.predict.term.weights", language)
    assert list(table.iloc[0, 1:3]) == [538_060_032, 538_060_032]
    text = shown(page)
    assert wording("memory.check.step.asked", language) in text
    assert wording("memory.check.step.limits", language).strip()[:40] in text
    assert metrics(page)[wording("memory.check.metric.trained", language)] == "460,800"
    assert "{" not in text


def test_a_changed_control_is_a_changed_prediction_without_a_measurement() -> None:
    page = opened(check_preset="minilm-l6", check_method="full", check_batch="3", check_length="40")
    assert wording("memory.check.step.empty", "en") in shown(page)
    settings = {"preset": "minilm-l6", "method": "full", "batch": 3, "length": 40}
    expected = predict(measured_plan(settings)).trainable_parameters
    assert metrics(page)["Trained numbers"] == f"{expected:,}"
    page.button_group(key="memory.check_dtype").set_value("bf16").run()
    assert not page.exception
    assert metrics(page)["Trained numbers"] == f"{expected:,}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_step_too_large_is_refused_beforehand_with_its_size(language: str, monkeypatch) -> None:
    monkeypatch.setattr("ui.memory.check_step.free_bytes", lambda: 2**30)
    page = opened(language, check_method="full")
    (error,) = [str(error.value) for error in page.error]
    assert "1.00 GiB" in error
    assert page.button(key="memory.check.job.start").disabled


def test_what_the_model_cannot_do_is_said() -> None:
    page = opened(check_preset="minilm-l6", check_length="600")
    (error,) = [str(error.value) for error in page.error]
    assert "600 tokens are more" in error
    assert page.button(key="memory.check.job.start").disabled
    page = opened(check_method="prefix", check_checkpointing="full")
    assert "key/value cache" in str(page.error[0].value)


def test_smollm2_is_not_offered_bitfit() -> None:
    page = opened(check_method="bitfit")
    assert page.selectbox(key="memory.check_method").value == "lora"
    assert not page.error


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_grid_shows_its_errors_and_its_command(language: str) -> None:
    page = opened(language, check_part="grid")
    assert not page.error
    errors = grid_errors(shipped_grid().rows)
    found = metrics(page)
    assert found[wording("memory.check.grid.metric.rows", language)] == "40"
    label = wording("memory.check.grid.metric.accelerate", language)
    assert found[label] == f"{100 * errors.accelerate_mean:.0f} %"
    assert len(page.dataframe[0].value) == 40
    text = shown(page)
    assert "python -m core job memory.grid" in text
    assert shipped_grid().date in text
    assert "{" not in text


def test_measuring_the_grid_again_waits_for_its_button() -> None:
    page = opened(check_part="grid", check_source="own")
    assert wording("memory.check.grid.empty", "en") in shown(page)
    assert not page.button(key="memory.check.grid.job.start").disabled


@pytest.mark.parametrize("language", ["en", "zh"])
def test_adaloras_ranks_take_their_link_and_wait(language: str) -> None:
    page = opened(language, check_part="ranks", check_initial="9", check_target="3", check_steps="12")
    assert wording("memory.check.ranks.empty", language) in shown(page)
    assert page.number_input(key="memory.check_initial").value == 9
    page.number_input(key="memory.check_target").set_value(9).run()
    assert wording("memory.check.error.ranks", language, name="target", low=1, high=8) in shown(page)


@pytest.mark.real_model
def test_training_with_adalora_says_where_the_rank_went(glassbox_home, monkeypatch) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(glassbox_home))
    page = opened(check_part="ranks", check_initial="3", check_target="1", check_steps="12")
    page.button(key="memory.check.ranks.start").click().run()
    assert not page.exception
    assert not page.error
    assert metrics(page)["Mean live rank"] == "1.0"
    (run,) = page.session_state["memory.check.ranks.runs"].values()
    assert f"{run.times_fixed:.2f} times" in shown(page)


def test_a_link_with_nonsense_is_refused_in_words() -> None:
    page = opened(check_rank="0", check_method="sorcery", check_part="seven")
    text = shown(page)
    for name in ("check_rank", "check_method", "check_part"):
        assert name in text
