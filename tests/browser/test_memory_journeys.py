"""The journeys of the memory lesson in a real browser, wide and phone-narrow."""

import json

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
