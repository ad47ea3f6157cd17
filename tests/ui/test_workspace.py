"""The workspace on a page: a private key, a link back, keeping and deleting."""

import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.store import workspace_folder
from core.wording import wording

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def home(empty_home: Path) -> Path:
    return empty_home


def _page() -> None:
    import streamlit as st

    from ui.workspace import show_workspace_menu, workspace_hash

    show_workspace_menu()
    st.text(workspace_hash())


def page(**query: str) -> AppTest:
    app = AppTest.from_function(_page)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def link_of(app: AppTest) -> str:
    return app.code[0].value


def test_each_session_has_its_own_random_key_and_keeps_it() -> None:
    one, two = page(), page()
    assert not one.exception
    key = re.search(r"workspace=([0-9a-f]{32})&", link_of(one))[1]
    owner = one.text[0].value
    assert re.fullmatch(r"[0-9a-f]{32}", owner)
    assert owner != key
    assert owner != two.text[0].value
    assert one.run().text[0].value == owner


def test_the_resume_link_opens_the_workspace_and_vanishes_from_the_address() -> None:
    first = page(workspace=KEY, top_p="0.9")
    assert f"workspace={KEY}&lang=en" in link_of(first)
    assert first.text[0].value == page(workspace=KEY).text[0].value
    assert "workspace" not in first.query_params
    assert "0.9" in first.query_params["top_p"]
    assert first.run().text[0].value == page(workspace=KEY).text[0].value


@pytest.mark.parametrize("key", ["", "short", KEY[:-1], KEY.upper(), KEY + "0", "../" + KEY, "<b>" * 11])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_damaged_link_is_refused_once_in_one_sentence(key: str, lang: str) -> None:
    app = page(workspace=key, lang=lang)
    assert not app.exception
    assert [warning.value for warning in app.warning] == [wording("workspace.error.link", lang)]
    assert "workspace" not in app.query_params
    assert KEY not in link_of(app)
    assert not app.run().warning


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_menu_says_how_long_things_stay(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_KEEP_HOURS", "36")
    app = page(lang=lang)
    assert wording("workspace.about", lang, hours=36.0) in [markdown.value for markdown in app.markdown]
    assert "36" in app.markdown[0].value
    assert app.toggle[0].label == wording("workspace.keep", lang)


def test_keeping_is_remembered_in_another_session() -> None:
    app = page(workspace=KEY)
    owner = app.text[0].value
    app.toggle[0].set_value(True).run()
    assert (workspace_folder(owner) / "keep").exists()
    again = page(workspace=KEY)
    assert again.toggle[0].value is True
    again.toggle[0].set_value(False).run()
    assert not (workspace_folder(owner) / "keep").exists()


def test_deleting_asks_first_then_removes_all_and_changes_the_key() -> None:
    app = page(workspace=KEY)
    owner = app.text[0].value
    (workspace_folder(owner) / "uploads").mkdir(parents=True)
    assert app.button[0].disabled
    app.checkbox[0].check().run()
    app.button[0].click().run()
    assert not app.exception
    assert not workspace_folder(owner).exists()
    assert app.toast[0].value == wording("workspace.deleted", "en")
    assert app.text[0].value != owner
    assert KEY not in link_of(app)
    assert app.button[0].disabled


def test_a_home_that_cannot_be_written_leaves_the_page_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path / "a-file" / "home"))
    app = page()
    assert not app.exception
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert "GLASSBOX_HOME" in app.error[0].value


def test_the_menu_is_quick() -> None:
    app = page()
    began = time.perf_counter()
    for _ in range(5):
        app.run()
    assert (time.perf_counter() - began) / 5 < 1.0  # a freeze, not a timing: it takes about 20 ms
