"""The decoding lesson as a reader meets it: generate, inspect, fork, links, refusals, both languages."""

from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.reading import metrics, open_lesson

opened = partial(open_lesson, "03_decoding")


@pytest.fixture
def tiny_shelf(monkeypatch: pytest.MonkeyPatch, tiny_language_model):
    """The page's model is the tiny one; everything else is real."""
    monkeypatch.setattr("ui.models.load_language_model", lambda name, progress=None: tiny_language_model)
    return tiny_language_model


def generate(page: AppTest, prompt: str = "the cat sat on ") -> AppTest:
    page.text_area(key="decoding.prompt").set_value(prompt)
    page.button(key="decoding.run").click().run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("language", "title", "run"),
    [("en", "Decoding and repetition", "Generate"), ("zh", "解码与重复", "生成")],
)
def test_it_speaks_the_readers_language(language: str, title: str, run: str):
    page = opened(language)
    assert page.title[0].value == title
    assert page.button(key="decoding.run").label == run


def test_a_text_is_generated_and_measured(tiny_shelf):
    page = generate(opened())
    shown = metrics(page)
    assert set(shown) >= {"Loop", "rep-4", "distinct-2", "Perplexity", "Speed"}
    assert float(shown["Perplexity"]) >= 1
    text = page.session_state["decoding.texts"][0]
    assert len(text.generation.steps) == 80
    assert any("1: Greedy" in heading.value for heading in page.subheader)


@pytest.mark.parametrize("strategy", ["sample", "beam", "contrastive"])
def test_every_strategy_gives_a_text(tiny_shelf, strategy: str):
    page = generate(opened(strategy=strategy, max_new_tokens="10"))
    assert 1 <= len(page.session_state["decoding.texts"][0].generation.steps) <= 10


def test_a_fork_continues_with_another_token(tiny_shelf):
    page = generate(opened(max_new_tokens="10"))
    first = page.session_state["decoding.texts"][0].generation
    page.session_state["decoding.position"] = 3
    page.run()
    other = next(c.token for c in first.steps[3].candidates if c.token != first.steps[3].token)
    page.selectbox(key="decoding.fork.token.0.3").set_value(other)
    page.button(key="decoding.fork.run").click().run()
    assert not page.exception
    fork = page.session_state["decoding.texts"][1].generation
    assert fork.token_ids[:3] == first.token_ids[:3]
    assert fork.token_ids[3] == other
    assert len(fork.steps) == 14


def test_a_link_sets_the_controls(tiny_shelf):
    page = opened(strategy="sample", top_p="0.9", seed="7", prompt="hello there")
    assert page.slider(key="decoding.top_p").value == 0.9
    assert page.number_input(key="decoding.seed").value == 7
    assert page.text_area(key="decoding.prompt").value == "hello there"
    generate(page, "hello there")
    assert page.session_state["decoding.texts"][0].generation.settings.top_p == 0.9


def test_a_second_link_leaves_nothing_of_the_first(tiny_shelf):
    page = opened(repetition_penalty="1.5", max_new_tokens="10")
    page.query_params.clear()
    page.query_params["strategy"] = "sample"
    page.run()
    generate(page)
    settings = page.session_state["decoding.texts"][0].generation.settings
    assert (settings.strategy, settings.repetition_penalty, settings.max_new_tokens) == ("sample", 1.0, 80)


@pytest.mark.parametrize(
    "link",
    [{"top_p": "nan"}, {"temperature": "1e99"}, {"strategy": "magic"}, {"seed": "-1"}, {"nonsense": "1"}],
)
def test_a_link_with_a_wrong_value_says_so_and_the_rest_applies(link: dict[str, str]):
    page = opened(prompt="still here", **link)
    assert next(iter(link)) in page.warning[0].value
    assert page.text_area(key="decoding.prompt").value == "still here"


@pytest.mark.parametrize(("language", "sentence"), [("en", "empty"), ("zh", "提示词")])
def test_an_empty_prompt_is_one_sentence(tiny_shelf, language: str, sentence: str):
    page = generate(opened(language), "   ")
    assert sentence in page.error[0].value
    assert page.session_state["decoding.texts"] == []


def test_odd_text_is_shown_as_text(tiny_shelf):
    for prompt in ("\x00\x07 bell", "שלום \u202e abc", "<img src=x onerror=alert(1)> [a](http://b)"):
        page = generate(opened(max_new_tokens="5"), prompt)
        assert metrics(page)["Perplexity"]


def test_a_prompt_longer_than_the_context_keeps_its_end_and_says_so(tiny_shelf):
    page = generate(opened(max_new_tokens="10"), "abc " * 200)
    assert any("cut" in warning.value for warning in page.warning)


def test_contradictory_beams_are_one_sentence():
    page = opened(strategy="beam", num_beams="4", num_beam_groups="3")
    assert "3 groups" in page.error[0].value


def test_a_failing_model_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    from core.errors import GlassboxError

    def refuse(name: str, progress: object = None) -> None:
        raise GlassboxError(
            "shelf.error.altered", file="model.gguf", title="SmolLM2", command="pip install x"
        )

    monkeypatch.setattr("ui.models.load_language_model", refuse)
    page = generate(opened())
    assert "is not the published one" in page.error[0].value


def test_settings_and_texts_survive_a_change_of_page(tiny_shelf):
    page = generate(opened(strategy="sample", max_new_tokens="10"))
    page.slider(key="decoding.temperature").set_value(0.5).run()
    page.switch_page("Home.py").run()
    page.switch_page("pages/03_decoding.py").run()
    assert page.slider(key="decoding.temperature").value == 0.5
    assert len(page.session_state["decoding.texts"]) == 1


def test_why_it_loops_is_measured(tiny_shelf):
    page = opened(view="why")
    page.text_area(key="decoding.why.sentence").set_value("a dog ran")
    page.slider(key="decoding.why.repeats").set_value(4)
    page.button(key="decoding.why.run").click().run()
    assert not page.exception
    curves = page.session_state["decoding.why.result"].curves
    assert len(curves) == 4
    assert len(curves[0].probability) == 4


@pytest.mark.parametrize("view", ["compare", "sweep", "why"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_opens(view: str, language: str, empty_home: Path):
    page = opened(language, view=view)
    assert page.session_state["decoding.view"] == view
    assert page.button
