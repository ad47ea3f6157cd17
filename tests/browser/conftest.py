"""A real server and a real Chromium for the journeys of the pages."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.shelf.convert import converted_folder

PROJECT = Path(__file__).parents[2]
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests; skip them, with a line that says why, only where none is required."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM and not os.environ.get("REQUIRE_BROWSER"):
                item.add_marker(pytest.mark.skip(reason="no Chromium here; on Debian: apt install chromium"))


@pytest.fixture(scope="session")
def server(models_home: Path, glassbox_home: Path) -> Iterator[str]:
    """The address of a running playground with a home of its own, its model converted beforehand."""
    converted_folder("smollm2-135m")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "GLASSBOX_HOME": str(models_home), "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.serve", "--port", str(port)], cwd=PROJECT, env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
                break
            except OSError:
                assert process.poll() is None, "the server ended before it answered"
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def chromium():
    """The browser; without one the tests fail here when REQUIRE_BROWSER is set."""
    from playwright.sync_api import expect, sync_playwright

    # On a busy machine a chart's script alone may take longer than the five seconds of the default.
    expect.set_options(timeout=60_000)
    assert CHROMIUM, "REQUIRE_BROWSER is set, but there is no Chromium; on Debian: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, chromium, server: str):
    """A fresh tab, wide unless the test says narrow; the test fails if it asks another machine."""
    size = {"wide": (1440, 900), "narrow": (390, 844)}[getattr(request, "param", "wide")]
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="en-US",
        permissions=["clipboard-read"],
        accept_downloads=True,
    )
    context.set_default_timeout(60_000)
    tab = context.new_page()
    away: list[str] = []
    local = (server, server.replace("http", "ws"), "data:", "blob:")
    tab.on("request", lambda asked: None if asked.url.startswith(local) else away.append(asked.url))
    yield tab
    context.close()
    assert not away, f"left the machine: {away[:3]}"
