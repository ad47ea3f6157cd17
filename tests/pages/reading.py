"""Opening a lesson in Streamlit's test harness, and reading what it shows."""

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

HOME = Path(__file__).parents[2] / "Home.py"


def open_lesson(lesson: str, language: str = "en", **link: str) -> AppTest:
    """The page `pages/<lesson>.py` as a link with these settings opens it."""
    page = AppTest.from_file(HOME, default_timeout=120)
    page.query_params["lang"] = language
    page.switch_page(f"pages/{lesson}.py")
    for name, value in link.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def metrics(page: AppTest) -> dict[str, str]:
    """The figures on the page by their label."""
    return {metric.label: metric.value for metric in page.metric}


def shown(page: AppTest) -> str:
    """Every sentence on the page."""
    elements = [*page.markdown, *page.caption, *page.success, *page.warning, *page.info, *page.error]
    return "\n".join(str(element.value) for element in elements)


def drawn(page: AppTest, key: str) -> dict[str, Any]:
    """The data of the token row whose key holds `key`."""
    found = [row for row in page.get("bidi_component") if key in row.proto.id]
    assert found, [row.proto.id for row in page.get("bidi_component")]
    data: dict[str, Any] = json.loads(found[0].proto.json)
    return data
