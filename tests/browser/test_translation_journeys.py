"""The journeys of the translation lesson in a real browser."""

import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from core.translation.grammar.pairs import grammar_pairs
from tests.browser.steps import both_widths, opened, settle

SMALL = "&".join(
    f"train_{name}={value}"
    for name, value in {
        "width": 32,
        "layers": 1,
        "heads": 2,
        "feed_forward": 64,
        "vocabulary_size": 400,
        "epochs": 3,
        "tokens_per_batch": 1024,
        "warmup_steps": 10,
    }.items()
)


def test_a_reader_trains_on_their_own_pairs_and_translates_with_the_model(
    page: Page, server: str, tmp_path: Path
):
    """Upload a TSV, train for less than a minute, translate, and take the model home."""
    pairs = grammar_pairs(400, seed=9)
    rows = zip(pairs.source, pairs.target, strict=True)
    file = tmp_path / "captions.tsv"
    file.write_text("".join(f"{german}\t{english}\n" for german, english in rows), encoding="utf-8")
    opened(page, f"{server}/translation?lang=en&view=train&train_data=tsv&{SMALL}")
    start = page.get_by_role("button", name="Start training")
    expect(start).to_be_disabled()
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_text("400 pairs can be used, of 400 that were read.")).to_be_visible()
    settle(page)
    start.click()
    expect(page.get_by_text(re.compile(r"^Your model tsv-transformer-"))).to_be_visible(timeout=180_000)
    settle(page)
    expect(page.get_by_text("Three held-out sentences after each epoch")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    own = page.get_by_role("textbox", name="A German sentence")
    own.fill("Heute wirft ein Mann einen Ball.")
    own.press("Enter")
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the model").click()
    with zipfile.ZipFile(download.value.path()) as packed:
        assert "model.safetensors" in packed.namelist()
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.get_by_test_id("stAlertContentError").count() == 0


@both_widths
def test_a_sentence_is_translated_by_three_models_and_looked_into(page: Page, server: str):
    """Type a sentence, read three translations, click a token, see alignment, tree and penalty."""
    opened(page, f"{server}/translation?lang=en&view=translate")
    text = page.get_by_role("textbox", name="German sentence")
    text.fill("Zwei Hunde spielen mit einem roten Ball im Schnee.")
    text.press("Control+Enter")
    settle(page)
    for name in ("LSTM", "GRU with attention", "Transformer"):
        expect(page.get_by_test_id("stMain").get_by_text(name, exact=True).first).to_be_visible()
    expect(page.get_by_text("Beam search, 5 wide")).to_have_count(3)
    pressed = page.locator("button.token[aria-pressed=true]")
    expect(pressed).to_have_count(1)
    page.locator("button.token").first.click()
    settle(page)
    expect(page.locator("button.token").first).to_have_attribute("aria-pressed", "true")
    for part in ("Alignment", "Beam tree", "Length penalty", "Beam width"):
        page.get_by_role("radio", name=part, exact=True).click()
        settle(page)
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").first.click()
    table = download.value.path().read_text("utf-8")
    assert all(name in table for name in ("LSTM", "GRU", "Transformer"))
    text.fill("Two dogs are running in the park.")
    text.press("Control+Enter")
    expect(page.get_by_text(re.compile("This looks like English"))).to_be_visible()
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.get_by_test_id("stAlertContentError").count() == 0
