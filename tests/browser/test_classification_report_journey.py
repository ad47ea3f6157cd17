"""The journey through the report of a classifier in a real browser, wide and phone-narrow."""

import re

from playwright.sync_api import Page, expect

from core.classification.classifier import predictions
from core.classification.methods.table import method_named
from core.classification.metrics.confusion import confusion, places_of_cell
from core.classification.shipped import sample_split
from tests.browser.steps import both_widths, opened, settle

PLACE_OF_CELL = """([row, column]) => {
    const plot = document.querySelector('.js-plotly-plot'), box = plot.getBoundingClientRect();
    const layout = plot._fullLayout;
    const left = box.left + layout._size.l, top = box.top + layout._size.t;
    return [left + layout.xaxis.l2p(column), top + layout.yaxis.l2p(row)];
}"""


@both_widths
def test_a_cell_is_chosen_its_texts_are_read_and_the_report_goes_home(page: Page, server: str):
    """Click a right cell of the matrix, read what it holds, find a threshold, download the HTML file."""
    split, method = sample_split("en"), method_named("tfidf")
    tested = predictions(method.fit(split, method.settings(), lambda _: None), split.test)
    found = confusion(tested)
    place = max(range(len(found.classes)), key=lambda at: found.counts[at, at])
    label = found.classes[place]

    opened(page, f"{server}/classification?lang=en&view=report")
    chart = page.locator(".js-plotly-plot").first
    expect(chart).to_be_visible()
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    x, y = page.evaluate(PLACE_OF_CELL, [place, place])
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    said = f"Texts with the label “{label}” that were called “{label}”: {found.counts[place, place]}"
    expect(page.get_by_text(said)).to_be_visible()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").last.click()
    rows = download.value.path().read_text("utf-8")
    assert all(tested.texts[at].split()[0] in rows for at in places_of_cell(tested, label, label))

    page.get_by_role("radio", name="Threshold", exact=True).click()
    settle(page)
    expect(page.get_by_text("Answers right", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report (HTML)").click()
    html = download.value.path()
    assert f"{found.right / found.total:.4f} [" in html.read_text("utf-8")
    page.goto("about:blank")
    page.set_content(html.read_text("utf-8"))
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    expect(page.locator("svg")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 2


def test_a_question_of_the_report_is_predicted_and_measured(page: Page, server: str):
    opened(page, f"{server}/classification?lang=en&view=report&report_part=scores")
    expect(page.locator(".katex").first).to_be_visible()
    page.get_by_role("radiogroup").last.locator("label").nth(2).click()
    settle(page)
    page.get_by_role("button", name="Run the experiment").click()
    expect(page.get_by_text(re.compile("Measured", re.IGNORECASE)).first).to_be_visible(timeout=120_000)
    assert page.locator("[data-testid=stException]").count() == 0
