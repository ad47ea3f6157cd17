"""The view "LoRA lab" as a reader meets it: update, merging, comparison, what comes after; both languages."""

import json
from dataclasses import asdict
from functools import partial
from types import SimpleNamespace

import pytest

from core.memory.lora.picture import update_picture
from core.memory.lora.proof import PROMPTED
from core.memory.lora.tuning_result import shipped_run, shipped_tuning
from core.memory.lora.tuning_settings import METHODS, TuningParameters
from core.wording import wording
from tests.pages.reading import metrics, open_lesson, shown

opened = partial(open_lesson, "07_memory", view="lora")


@pytest.fixture(autouse=True)
def _own_home(empty_home) -> None:
    """Jobs of one test are not another's."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_look_has_a_real_update(language: str) -> None:
    page = opened(language)
    assert not page.error
    found = metrics(page)
    picture = update_picture("q_proj", "lora", 8)
    assert found[wording("memory.lora.metric.numbers", language)] == "2.78 %"
    assert found[wording("memory.lora.metric.strength", language)] == f"{100 * picture.strength:.2f} %"
    text = shown(page)
    assert "460,800" in text
    assert "{" not in text
    formulas = " ".join(str(latex.value) for latex in page.latex)
    assert r"\frac{16}{8}" in formulas
    assert r"331{,}776" in formulas


def test_rank_source_and_strength_change_what_is_said() -> None:
    page = opened(lora_rank="64", lora_matrix="v_proj", lora_scale="0")
    assert metrics(page)["Numbers, of the matrix's"] == f"{100 * 64 * 768 / (192 * 576):.2f} %"
    assert metrics(page)["Size of this update"] == "0.00 %"
    page.button_group(key="memory.lora_source").set_value("full").run()
    assert not page.exception
    held = update_picture("v_proj", "full", 64).held
    assert metrics(page)["Full tuning's that rank 64 can hold"] == f"{100 * held:.0f} %"
    page.select_slider(key="memory.lora_rank").set_value(1).run()
    assert metrics(page)["Numbers, of the matrix's"] == f"{100 * 768 / (192 * 576):.2f} %"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_merging_waits_and_refuses_what_is_no_order(language: str) -> None:
    page = opened(language, lora_part="merge")
    assert wording("memory.lora.merge.empty", language) in shown(page)
    assert page.text_input(key="memory.lora_order").value == PROMPTED
    for order, key in (("", "order_empty"), ("word " * 5000, "order_long")):
        page.text_input(key="memory.lora_order").set_value(order).run()
        assert not page.exception
        (error,) = [str(error.value) for error in page.error]
        assert error == wording(f"memory.lora.error.{key}", language, most=60)


@pytest.mark.real_model
def test_merging_shows_that_nothing_changes(glassbox_home, monkeypatch) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(glassbox_home))
    page = opened(lora_part="merge")
    page.button(key="memory.lora.merge.start").click().run()
    assert not page.exception
    assert not page.error
    (found,) = page.session_state["memory.lora.demonstrations"].values()
    assert found.merged < 1e-5 < found.difference
    assert found.peft < 1e-5
    assert found.peft_merged < 1e-5
    assert found.restored < 1e-5
    assert found.written[1] == found.written[2] != found.written[0]
    assert found.losses[1] < found.losses[0]
    values = metrics(page)
    assert values["Bytes predicted"] == values["Bytes measured"] == values["peft's file"] == "1,858,776"
    assert [each.name for each in found.rounded] == ["float16", "bfloat16"]
    assert found.written[1] in [str(code.value) for code in page.code]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_method_stands_in_the_comparison(language: str) -> None:
    page = opened(language, lora_part="compare")
    assert not page.error
    table = page.dataframe[0].value
    assert len(table) == len(METHODS)
    column = wording("memory.lora.column.trained", language)
    assert next(iter(table[column])) == 134_515_008
    full, lora = shipped_run("full"), shipped_run("lora-8")
    text = shown(page)
    assert f"{full.seconds.total / lora.seconds.total:.2f}" in text
    assert "python -m core job memory.tuning" in text
    assert shipped_tuning().date in text
    assert "{" not in text


def test_an_own_run_needs_a_method() -> None:
    page = opened(lora_part="compare", lora_shown="own", lora_steps="10")
    assert wording("memory.lora.own.empty", "en") in shown(page)
    assert page.number_input(key="memory.lora_steps").value == 10
    assert not page.button(key="memory.lora.job.start").disabled
    page.button_group(key="memory.lora.methods").set_value([]).run()
    assert wording("memory.lora.own.none", "en") in shown(page)
    assert page.button(key="memory.lora.job.start").disabled


def test_an_own_run_is_shown_when_it_is_done(empty_home, monkeypatch) -> None:
    result = asdict(shipped_tuning())
    result |= {"runs": [run for run in result["runs"] if run["name"] in TuningParameters().methods]}
    result |= {"continued": [], "strengths": []}
    (empty_home / "result").mkdir(parents=True)
    (empty_home / "result" / "tuning.json").write_text(json.dumps(result), encoding="utf-8")
    job = SimpleNamespace(result_folder=empty_home / "result")
    monkeypatch.setattr("ui.memory.lora_compare.show_job_panel", lambda *_: job)
    page = opened(lora_part="compare", lora_shown="own")
    assert not page.error
    assert len(page.dataframe[0].value) == len(TuningParameters().methods)
    (empty_home / "result" / "tuning.json").write_text("{}", encoding="utf-8")
    page = opened(lora_part="compare", lora_shown="own")
    assert "tuning.json" in str(page.error[0].value)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_forgetting_going_on_and_rank(language: str) -> None:
    page = opened(language, lora_part="after")
    assert not page.error
    text = shown(page)
    result = shipped_tuning()
    rise = shipped_run("full").last.general_loss - result.start.general_loss
    assert f"{rise:+.3f}" in text
    continued = next(run for run in result.continued if run.name == "continued")
    assert f"{continued.points[-1].task_loss:.3f}" in text
    assert " 12" in text
    assert "{" not in text
    page.button_group(key="memory.lora.forgetting").set_value([]).run()
    assert wording("memory.lora.own.none", language) in shown(page)


def test_a_link_with_nonsense_is_refused_in_words() -> None:
    page = opened(lora_rank="3", lora_part="seven", lora_scale="nan", lora_matrix="k")
    text = shown(page)
    for name in ("lora_rank", "lora_part", "lora_scale", "lora_matrix"):
        assert name in text
