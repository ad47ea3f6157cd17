"""The main journeys of Home and the decoding lesson in a real browser, wide and phone-narrow."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect
from tokenizers import Tokenizer

from tests.browser.steps import both_widths, choose, opened, settle


def generated(page: Page) -> None:
    page.get_by_role("button", name="Generate", exact=False).first.click()
    page.wait_for_selector("button.token", timeout=120_000)
    settle(page)


@both_widths
@pytest.mark.parametrize(("language", "title"), [("en", "Open the box"), ("zh", "打开黑盒")])
def test_home_opens_and_leads_to_the_lesson(page: Page, server: str, language: str, title: str):
    opened(page, f"{server}/?lang={language}")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("button", name=re.compile("Make a model loop|让模型陷入循环")).click()
    page.wait_for_url("**/decoding**")
    expect(page.get_by_role("heading", name=re.compile("Decoding and repetition|解码与重复"))).to_be_visible()


@both_widths
def test_a_question_is_found_and_opens_its_experiment(page: Page, server: str):
    opened(page, f"{server}/?lang=en")
    search = page.get_by_role("textbox", name="Search the questions")
    search.fill("temperature")
    search.press("Enter")
    settle(page)
    page.get_by_role("link", name=re.compile("temperature", re.IGNORECASE)).first.click()
    page.wait_for_url("**/decoding?**")
    settle(page)
    assert "strategy=" in page.url


@both_widths
def test_generate_inspect_and_fork(page: Page, server: str):
    opened(page, f"{server}/decoding?lang=en&max_new_tokens=15&prompt=The+weather+today+is")
    generated(page)
    tokens = page.locator("button.token")
    assert tokens.count() == 15
    tokens.nth(4).click()
    expect(page.get_by_role("heading", name=re.compile("Token 5"))).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.get_by_role("button", name="Continue from here").click()
    expect(page.get_by_text("Texts side by side")).to_be_visible(timeout=120_000)
    settle(page)
    assert page.locator("button.token").count() == 20


def test_tokens_are_reached_with_the_keyboard_alone(page: Page, server: str):
    opened(page, f"{server}/decoding?lang=en&max_new_tokens=10")
    generated(page)
    first = page.locator("button.token").first
    first.focus()
    first.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Token 2"))).to_be_visible()


def test_stop_keeps_what_was_written(page: Page, server: str):
    opened(page, f"{server}/decoding?lang=en&max_new_tokens=300&strategy=sample&seed=3")
    page.get_by_role("button", name="Generate", exact=False).first.click()
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible(timeout=120_000)
    page.get_by_text("tokens/s", exact=False).first.wait_for()
    stop.click()
    expect(page.get_by_text("Stopped by you")).to_be_visible(timeout=10_000)
    settle(page)
    assert 0 < page.locator("button.token").count() < 300


def test_the_trace_is_downloaded_as_csv(page: Page, server: str):
    opened(page, f"{server}/decoding?lang=en&max_new_tokens=10")
    generated(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the trace").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert len(rows) == 10
    assert all(0 <= float(row["probability"]) <= 1 for row in rows)


def test_beams_are_drawn_as_a_tree(page: Page, server: str):
    opened(page, f"{server}/decoding?lang=en&strategy=beam&num_beams=3&max_new_tokens=10")
    generated(page)
    expect(page.get_by_role("heading", name="The beam tree")).to_be_visible()
    expect(page.get_by_text("Final hypotheses")).to_be_visible()


def test_the_fast_engine_writes_and_is_traced(page: Page, server: str):
    opened(page, f"{server}/decoding?lang=en&max_new_tokens=20")
    page.get_by_text("Fast: text only").click()
    settle(page)
    generated(page)
    expect(page.get_by_role("heading", name=re.compile("llama.cpp"))).to_be_visible()


def test_markup_in_a_prompt_is_text(page: Page, server: str):
    hostile = "%3Cimg%20src%3Dhttp%3A%2F%2Fexample.com%2Fx%20onerror%3D%22window.hit%3D1%22%3E"
    opened(page, f"{server}/decoding?lang=en&max_new_tokens=5&prompt={hostile}")
    generated(page)
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src*='example.com']").count() == 0


@both_widths
def test_a_question_is_predicted_run_measured_and_answered(page: Page, server: str):
    opened(page, f"{server}/decoding?lang=en&view=why")
    choose(page, "Question", "Top-k, top-p")
    page.get_by_role("radiogroup").last.locator("label").nth(1).click()
    settle(page)
    page.get_by_role("button", name="Run the experiment").click()
    expect(page.get_by_text(re.compile("Measured", re.IGNORECASE)).first).to_be_visible(timeout=120_000)


def test_a_comparison_outlives_its_tab(page: Page, server: str):
    opened(page, f"{server}/decoding?lang=en&view=compare")
    page.get_by_role("button", name="Your workspace").click()
    link = page.locator("[data-testid=stCode]").first.inner_text().strip()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Prompts, one a line").fill("The weather today is")
    page.keyboard.press("Control+Enter")
    settle(page)
    page.get_by_role("slider").last.press("Home")  # the shortest texts
    settle(page)
    page.get_by_role("button", name="Start the comparison").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=60_000)
    again = page.context.new_page()
    page.close()
    again.goto(f"{link}&view=compare")
    settle(again)
    expect(again.get_by_text("Done.")).to_be_visible(timeout=240_000)
    expect(again.locator(".js-plotly-plot").first).to_be_visible()
    assert "workspace" not in again.url


@both_widths
def test_a_text_is_seen_as_tokens_and_one_is_taken_apart(page: Page, server: str):
    opened(page, f"{server}/tokenizer?lang=en&view=see")
    cells = page.locator("span.cell")
    expect(cells.first).to_be_visible(timeout=60_000)
    assert cells.count() > 10
    cells.nth(2).click()
    expect(page.get_by_role("heading", name="Token 3 taken apart")).to_be_visible()


def test_a_tokenizer_is_trained_and_saved(page: Page, server: str):
    opened(page, f"{server}/tokenizer?lang=en&view=train&algorithm=bpe")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Save as tokenizer.json").click()
    saved = Tokenizer.from_file(str(download.value.path()))
    assert saved.encode("The miller").tokens[0].startswith("T")
