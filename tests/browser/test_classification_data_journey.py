"""From a table that nobody prepared to a checked split, in a real browser."""

import csv
import re
from pathlib import Path
from random import Random

import openpyxl
from playwright.sync_api import Page, expect

from tests.browser.steps import both_widths, opened, settle

ASKS = {
    "Heating": (
        "the radiator in room {} stays cold",
        "no hot water on floor {}",
        "it is freezing in office {}",
    ),
    "Parking": ("my permit {} was refused", "someone stands on space {}", "can I park a van at gate {}"),
    "Catering": (
        "lunch for {} people on Monday",
        "no vegetarian dish for table {}",
        "coffee machine {} is empty",
    ),
}


def workbook(path: Path) -> None:
    """Messages to a caretaker: a title sheet, a formula, an empty row, a label twice spelt, dates, copies."""
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    sheet = book.create_sheet("2026")
    sheet.append(["When", "Ticket", "What they wrote", "Team"])
    words = Random(2)
    for number in range(90):
        team = list(ASKS)[number % 3]
        said = ASKS[team][words.randrange(3)].format(words.randrange(100, 999))
        extra = " ".join("".join(words.choices("abcdefghijklmnop", k=6)) for _ in range(4))
        sheet.append([f"2026-03-{number % 28 + 1:02d}", number, f"{said}, {extra}", team])
    sheet.append([None] * 4)
    sheet.append(["2026-04-01", "=90+1", "", "Parking"])
    sheet.append(["2026-04-01", 92, "someone stands on my space again, every single day", "parking "])
    sheet.append(["2026-04-02", 93, "Someone stands on my space again, every single day!!", "Parking"])
    sheet.append(["2026-04-02", 94, "=HYPERLINK(1)", "Catering"])
    book.save(path)


@both_widths
def test_a_stranger_s_workbook_is_read_checked_and_divided(page: Page, server: str, tmp_path: Path):
    """Drop an XLSX, see its columns guessed, treat a finding, divide, take the split home."""
    workbook(tmp_path / "tickets.xlsx")
    opened(page, f"{server}/classification?lang=en&view=data&data_source=upload")
    expect(page.get_by_text("No table yet.")).to_be_visible()
    page.locator("input[type=file]").first.set_input_files(tmp_path / "tickets.xlsx")
    expect(page.get_by_text(re.compile("94 rows and 4 columns of the sheet “2026”"))).to_be_visible()
    settle(page)
    expect(page.get_by_text(re.compile("cells are formulas"))).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.get_by_role("combobox", name=re.compile("Texts"))).to_have_value("What they wrote")
    expect(page.get_by_role("combobox", name=re.compile("Labels"))).to_have_value("Team")
    page.get_by_role("radio", name="Health check", exact=True).click()
    settle(page)
    for kind in ("Empty texts", "One label, several spellings", "Near-duplicates"):
        expect(page.get_by_text(kind, exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_text("The rows", exact=True).first.click()
        page.get_by_test_id("stDownloadButton").first.get_by_role("button").click()
    assert "Parking" in download.value.path().read_text("utf-8")
    page.get_by_role("radio", name="Split", exact=True).click()
    settle(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the split as CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text("utf-8").splitlines()))
    assert {row["part"] for row in rows} == {"training", "validation", "test"}
    assert {row["label"] for row in rows} == set(ASKS)
    alike = [row["part"] for row in rows if "someone stands on my space" in row["text"].lower()]
    assert len(alike) == 2
    assert len(set(alike)) == 1
    page.get_by_role("radio", name="Table", exact=True).click()
    settle(page)
    (tmp_path / "broken.csv").write_bytes(b"only one column\nand nothing else\n")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "broken.csv")
    expect(page.get_by_text(re.compile("Only one column was found"))).to_be_visible()
    assert page.locator("[data-testid=stException]").count() == 0
