"""What a newcomer reads on the welcome page, in both languages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.shelf.catalogue import CATALOGUE

HOME = Path(__file__).parents[2] / "Home.py"


def opened(language: str) -> AppTest:
    page = AppTest.from_file(HOME, default_timeout=60)
    page.query_params["lang"] = language
    page.run()
    assert not page.exception
    return page


def read(page: AppTest) -> str:
    texts = [*page.title, *page.header, *page.markdown, *page.caption]
    return "\n".join(str(element.value) for element in texts)


@pytest.mark.parametrize(
    ("language", "title", "models"),
    [("en", "Open the box", "The models on this computer"), ("zh", "打开黑盒", "本机上的模型")],
)
def test_it_speaks_the_readers_language(language: str, title: str, models: str):
    text = read(opened(language))
    assert title in text
    assert models in text


def test_each_model_is_shown_with_size_and_licence():
    text = read(opened("en"))
    for entry in CATALOGUE.values():
        assert entry.title in text
        assert f"{entry.parameters / 1e6:.0f} M parameters" in text
        assert entry.licence in text


def test_every_question_is_linked_and_the_search_narrows_them():
    page = opened("en")
    every = len(page.get("page_link"))
    page.text_input(key="home.search").set_value("temperature").run()
    found = page.get("page_link")
    assert 0 < len(found) < every
    assert any("temperature" in link.proto.label.lower() for link in found)


def test_chinese_words_find_questions_too():
    page = opened("zh")
    every = len(page.get("page_link"))
    page.text_input(key="home.search").set_value("困惑度").run()
    assert 0 < len(page.get("page_link")) < every


def test_a_search_without_a_hit_says_so_and_shows_markup_as_text():
    page = opened("en")
    page.text_input(key="home.search").set_value("<script>zzqx</script>").run()
    assert not page.exception
    page.text_input(key="home.search").set_value("zzqx").run()
    assert "zzqx" in page.info[0].value


def test_the_language_switch_changes_every_text():
    page = opened("en")
    page.segmented_control(key="ui.language.switch").set_value("zh").run()
    assert "打开黑盒" in read(page)
    assert "Open the box" not in read(page)


def test_a_damaged_model_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from core.errors import GlassboxError
    from core.shelf import status

    def refuse(name: str) -> Path:
        raise GlassboxError(
            "shelf.error.altered", file="model.gguf", title="SmolLM2", command="pip install x"
        )

    monkeypatch.setattr(status, "verified_file", refuse)
    text = read(opened("en"))
    assert "is not the published one" in text
    assert "Ready" not in text
