"""The journeys of the attention lesson in a real browser, wide and phone-narrow."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import both_widths, choose, opened, settle

VIEWS = ("see", "matter", "variants", "positions", "experiment", "block", "families")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("page", "language"), [("wide", "en"), ("narrow", "zh")], indirect=["page"])
def test_every_view_opens_with_a_figure_and_fits_the_screen(
    page: Page, server: str, view: str, language: str
):
    opened(page, f"{server}/attention?lang={language}&view={view}")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 2


@both_widths
def test_a_head_of_a_link_is_shown_large_and_a_cell_taken_apart(page: Page, server: str):
    opened(
        page, f"{server}/attention?lang=en&view=see&model=smollm2-135m&layer=3&head=4&see_row=5&see_column=2"
    )
    settle(page)
    expect(page.get_by_text(re.compile(r"layer 3.*head 4", re.IGNORECASE)).first).to_be_visible(
        timeout=60_000
    )
    expect(page.locator(".katex").first).to_be_visible()


def test_a_head_is_switched_off_and_the_loss_is_measured_again(page: Page, server: str):
    opened(page, f"{server}/attention?lang=en&view=matter")
    settle(page)
    expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=60_000)
    before = page.get_by_test_id("stMetric").all_inner_texts()
    page.get_by_text("A layer's attention").first.click()
    settle(page)
    assert page.get_by_test_id("stMetric").all_inner_texts() != before


def test_a_question_on_attention_is_predicted_and_measured(page: Page, server: str):
    opened(page, f"{server}/attention?lang=en&view=families")
    choose(page, "Question", "divided by")
    page.get_by_role("radiogroup").last.locator("label").nth(1).click()
    settle(page)
    page.get_by_role("button", name="Run the experiment").click()
    expect(page.get_by_text(re.compile("Measured", re.IGNORECASE)).first).to_be_visible(timeout=120_000)
