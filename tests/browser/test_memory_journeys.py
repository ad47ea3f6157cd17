"""The journeys of the memory lesson in a real browser, wide and phone-narrow."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from core.memory.presets import presets
from tests.browser.steps import both_widths, choose, opened, settle


@both_widths
def test_a_model_and_qlora_are_chosen_the_total_read_and_a_config_pasted(page: Page, server: str):
    opened(page, f"{server}/memory?lang=en&view=calculate")
    choose(page, "Family", "^Llama 3$")
    choose(page, "Size", "^Llama 3 8B$")
    expect(page.get_by_text("Does not fit the RTX 4090")).to_be_visible()
    choose(page, "What to do with it", "^QLoRA")
    expect(page.get_by_text("Fits the RTX 4090")).to_be_visible()
    total = page.get_by_test_id("stMetricValue").first
    expect(total).to_contain_text("GiB")
    before = float(total.inner_text().split()[0])
    assert 5 < before < 24
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.get_by_text("Paste a config.json").click()
    settle(page)
    box = page.get_by_label("config.json", exact=True)
    box.fill(json.dumps(presets()["smollm2-135m"].config))
    box.press("Control+Enter")
    settle(page)
    assert float(total.inner_text().split()[0]) < before
    box.fill('{"model_type": "made-up"}')
    box.press("Control+Enter")
    settle(page)
    expect(page.get_by_text("The architecture made-up")).to_be_visible()
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 2


@pytest.mark.parametrize("part", ["methods", "curves", "published"])
@pytest.mark.parametrize(("page", "language"), [("wide", "en"), ("narrow", "zh")], indirect=["page"])
def test_every_comparison_opens_with_a_figure_and_fits_the_screen(
    page: Page, server: str, part: str, language: str
):
    opened(page, f"{server}/memory?lang={language}&view=compare&compare_part={part}")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 2


@both_widths
def test_a_real_step_is_run_and_stands_beside_its_prediction(page: Page, server: str):
    opened(page, f"{server}/memory?lang=en&view=check&check_preset=minilm-l6&check_batch=1&check_length=16")
    expect(page.get_by_text("Only predicted so far")).to_be_visible()
    page.get_by_role("button", name="Run one real step").click()
    expect(page.get_by_text("Measured here (processor)")).to_be_visible(timeout=180_000)
    settle(page)
    errors = page.get_by_test_id("stMetric").filter(has_text="Error of the prediction")
    assert abs(float(errors.get_by_test_id("stMetricValue").inner_text().strip("< %"))) < 0.01
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").first.get_by_role("button").click()
    assert "Weights" in download.value.path().read_text(encoding="utf-8")
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 2


@pytest.mark.parametrize(("page", "language"), [("wide", "zh"), ("narrow", "en")], indirect=["page"])
def test_the_measured_grid_is_drawn_and_fits_the_screen(page: Page, server: str, language: str):
    opened(page, f"{server}/memory?lang={language}&view=check&check_part=grid")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.get_by_text("python -m core job memory.grid")).to_be_visible()


@both_widths
def test_an_update_is_turned_and_merged(page: Page, server: str):
    opened(page, f"{server}/memory?lang=en&view=lora&lora_rank=1")
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    numbers = page.get_by_test_id("stMetric").filter(has_text="Numbers, of the matrix's")
    expect(numbers.get_by_test_id("stMetricValue")).to_have_text("0.35 %")
    page.get_by_text("Full tuning, cut to this rank").click()
    expect(page.get_by_text("The best update of rank 1 holds")).to_be_visible()
    page.get_by_text("Merge and save", exact=True).click()
    page.get_by_role("button", name="Merge it here").click()
    expect(page.get_by_text("With the adapter merged")).to_be_visible(timeout=240_000)
    settle(page)
    for name in ("Bytes predicted", "Bytes measured", "peft's file"):
        metric = page.get_by_test_id("stMetric").filter(has_text=name)
        expect(metric.get_by_test_id("stMetricValue")).to_have_text("1,858,776")
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 2


@pytest.mark.parametrize("part", ["compare", "after"])
@pytest.mark.parametrize(("page", "language"), [("wide", "zh"), ("narrow", "en")], indirect=["page"])
def test_the_tuned_methods_are_drawn_and_downloaded(page: Page, server: str, part: str, language: str):
    opened(page, f"{server}/memory?lang={language}&view=lora&lora_part={part}")
    expect(page.locator(".js-plotly-plot")).to_have_count(3 if part == "compare" else 4)
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").first.get_by_role("button").click()
    assert "LoRA" in download.value.path().read_text(encoding="utf-8")


@both_widths
def test_a_bit_is_turned_over_and_a_matrix_rounded(page: Page, server: str):
    opened(page, f"{server}/memory?lang=en&view=precision&precision_number=1&precision_kept=fp16")
    bits = page.get_by_role("button", name=re.compile("bit 15, now 0"))
    expect(bits).to_be_visible()
    bits.click()
    settle(page)
    expect(page.get_by_label("Number", exact=True)).to_have_value("-1.0")
    page.get_by_role("button", name=re.compile("bit 14, now 0")).click()
    settle(page)
    expect(page.get_by_text("all exponent bits 1 are reserved")).to_be_visible()
    opened(page, f"{server}/memory?lang=en&view=precision&precision_part=weights")
    expect(page.get_by_text("23 of 255 levels are used")).to_be_visible()
    choose(page, "^Format", "^NF4")
    expect(page.get_by_text("16 of 16 levels are used")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").first.get_by_role("button").click()
    assert "NF4" in download.value.path().read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "language"), [("wide", "zh"), ("narrow", "en")], indirect=["page"])
def test_the_whole_model_is_quantised_and_speed_measured(page: Page, server: str, language: str):
    opened(page, f"{server}/memory?lang={language}&view=precision&precision_part=model")
    page.get_by_test_id("stBaseButton-primary").first.click()
    expect(page.locator(".js-plotly-plot")).to_have_count(4, timeout=180_000)
    opened(page, f"{server}/memory?lang={language}&view=precision&precision_part=outlier")
    expect(page.locator(".js-plotly-plot")).to_have_count(3, timeout=120_000)
    load = "precision_batch=1&precision_length=16&precision_rounds=3"
    opened(page, f"{server}/memory?lang={language}&view=precision&precision_part=speed&{load}")
    page.get_by_test_id("stBaseButton-primary").first.click()
    expect(page.locator(".js-plotly-plot")).to_have_count(1, timeout=180_000)
    settle(page)
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 2
