"""Training in a real browser: start methods, see them done, compare them, ask them all one text."""

import re

from playwright.sync_api import Page, expect

from tests.browser.steps import both_widths, opened, settle


@both_widths
def test_methods_are_trained_compared_and_tried(page: Page, server: str) -> None:
    """TF-IDF with settings from a link and the majority; then the table, then a text of one's own."""
    chosen = (
        "train_use_knn=False&train_use_probe=False&train_use_majority=True&train_tfidf_inverse_penalty=50"
    )
    opened(page, f"{server}/classification?lang=en&view=train&{chosen}")
    expect(page.get_by_text("Press Train")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Done.")).to_be_visible(timeout=180_000)
    settle(page)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.get_by_role("radio", name="Compare").click()
    settle(page)
    expect(page.get_by_text("What accuracy costs")).to_be_visible()
    expect(page.get_by_text("learned in this session")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    rows = download.value.path().read_text("utf-8").splitlines()
    assert len(rows) == 3
    assert rows[1].startswith("TF-IDF,")
    page.get_by_role("radio", name="Try one text").click()
    settle(page)
    asked = page.get_by_role("textbox", name="A text")
    asked.fill("my parcel never arrived")
    asked.press("Control+Enter")
    settle(page)
    expect(page.get_by_text("Probability of each class")).to_be_visible()
    expect(page.get_by_text(re.compile("This is a test row"))).to_have_count(0)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.get_by_test_id("stAlertContentError").count() == 0
