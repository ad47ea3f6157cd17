"""What the journeys have in common: opening a page, waiting until it rests, choosing from a list."""

import re

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

both_widths = pytest.mark.parametrize("page", ["wide", "narrow"], indirect=True)


def settle(page: Page) -> None:
    """Wait until the script has stopped and nothing is left to draw."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(700)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def opened(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    assert page.locator("[data-testid=stException]").count() == 0
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 2


def choose(page: Page, box: str, option: str) -> None:
    """Choose from a list as a person does: one that a late repaint closed is opened again."""
    wanted = page.get_by_role("option", name=re.compile(option))
    for _ in range(5):
        page.get_by_role("combobox", name=re.compile(box)).click()
        try:
            wanted.click(timeout=10_000)
            settle(page)
            return
        except PlaywrightTimeout:
            page.keyboard.press("Escape")
    raise AssertionError(f"{option!r} never appeared in the list {box!r}")
