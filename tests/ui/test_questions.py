"""The panel as a reader meets it: predict, run, measure, answer, in both languages."""

from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from core.curriculum import questions
from core.wording import wording


def page(language: str, measured: float = 18.0, ready: bool = True, fails: bool = False) -> AppTest:
    """A page that holds only the panel, with a measurement whose value the test sets."""

    def script(measured: float, ready: bool, fails: bool) -> None:
        import streamlit as st

        from core.curriculum import Measurement
        from core.errors import GlassboxError
        from ui.questions import show_questions

        def measure(name: str) -> Measurement:
            st.session_state["runs"] = [*st.session_state.get("runs", []), name]
            if fails:
                raise GlassboxError("curriculum.error.value", measure=name)
            return Measurement(
                measured,
                low=measured - 1,
                high=measured + 1,
                values={
                    "choices_half": 2.5,
                    "choices_one": 20,
                    "choices_high": 370,
                    "batch_difference": 5e-6,
                    "texts": 4,
                },
                note_key="curriculum.measured.temperature_choices",
            )

        show_questions("decoding", measure if ready else None)

    app = AppTest.from_function(script, args=(measured, ready, fails), default_timeout=20)
    app.session_state["ui.language"] = language
    app.session_state["decoding.questions.open"] = "dec-temperature"
    return app.run()


def shown(app: AppTest) -> str:
    """Every text on the page, as a reader would read it."""
    assert not app.exception
    elements = [*app.markdown, *app.caption, *app.success, *app.warning, *app.info, *app.error]
    return "\n".join(str(element.value) for element in elements)


def button(app: AppTest, name: str):
    return app.button(key=f"decoding.questions.{name}")


def guess(app: AppTest, index: int, language: str) -> AppTest:
    app.radio(key=f"decoding.questions.guess.dec-temperature.{language}").set_value(index)
    return app.run()


ANSWER = {"en": "divides the scores before the softmax", "zh": "在 softmax 之前除以各个得分"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_before_the_guess_nothing_can_be_run_and_no_answer_is_read(language: str) -> None:
    app = page(language)
    question = {q.id: q for q in questions("decoding")}["dec-temperature"]
    radio = app.radio[0]
    assert (radio.label, radio.value) == (question.predict.ask[language], None)
    assert radio.options == [choice.label[language] for choice in question.predict.choices]
    assert app.selectbox[0].value == "dec-temperature"
    assert {"en": "0 of 12 answered", "zh": "已答 0 / 12 题"}[language] in shown(app)
    assert button(app, "run").disabled
    assert button(app, "run").label == {"en": "Run the experiment", "zh": "运行实验"}[language]
    assert not button(app, "show").disabled
    assert ANSWER[language] not in shown(app)
    assert "runs" not in app.session_state


@pytest.mark.parametrize(
    ("language", "verdict"), [("en", "Your guess is right: 6 times"), ("zh", "猜对了：6 倍")]
)
def test_a_right_guess_is_graded_by_the_measured_value_and_the_answer_quotes_it(
    language: str, verdict: str
) -> None:
    app = guess(page(language), 2, language)
    assert not button(app, "run").disabled
    button(app, "run").click().run()
    assert verdict in app.success[0].value
    assert app.success[0].icon == ":material/check_circle:"
    assert app.metric[0].value == {"en": "18.00 times", "zh": "18.00 倍"}[language]
    text = shown(app)
    assert ANSWER[language] in text
    assert {"en": "18.0 times as many", "zh": "是前者的 18.0 倍"}[language] in text
    assert {"en": "17.00 times to 19.00 times", "zh": "17.00 倍 到 19.00 倍"}[language] in text
    assert {"en": "places of 4 texts", "zh": "4 段人写文本"}[language] in text
    assert "https://thinkingmachines.ai" in text
    assert {"en": "1 of 12 answered", "zh": "已答 1 / 12 题"}[language] in text
    assert "{" not in text
    assert app.session_state["runs"] == ["temperature_choices"]


@pytest.mark.parametrize(("language", "verdict"), [("en", "was not what came out"), ("zh", "和实测不符")])
def test_the_same_guess_is_wrong_when_another_value_is_measured(language: str, verdict: str) -> None:
    app = guess(page(language, measured=3.0), 2, language)
    button(app, "run").click().run()
    assert not app.success
    assert verdict in app.warning[0].value
    assert app.warning[0].icon == ":material/cancel:"
    assert app.metric[0].delta == {"en": "2 to 6 times", "zh": "2 到 6 倍"}[language]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_just_show_me_runs_the_experiment_without_a_verdict(language: str) -> None:
    app = page(language)
    button(app, "show").click().run()
    assert app.metric[0].value.startswith("18.00")
    assert not app.success
    assert not app.warning
    assert ANSWER[language] in shown(app)


def test_a_result_outlives_another_question_and_a_change_of_language_without_a_second_run() -> None:
    app = guess(page("en"), 0, "en")
    button(app, "run").click().run()
    app.selectbox[0].set_value("dec-ppl").run()
    assert app.radio[0].value is None
    assert not app.metric
    app.selectbox[0].set_value("dec-temperature").run()
    assert "was not what came out" in app.warning[0].value
    app.session_state["ui.language"] = "zh"
    app.run()
    assert app.metric[0].value == "18.00 倍"
    assert app.session_state["runs"] == ["temperature_choices"]
    assert "已答 1 / 12 题" in shown(app)


def test_guess_again_forgets_the_result() -> None:
    app = page("en")
    button(app, "show").click().run()
    button(app, "again").click().run()
    assert not app.metric
    assert app.radio[0].value is None
    assert button(app, "run").disabled


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_failed_measurement_says_so_and_lets_the_reader_try_again(language: str) -> None:
    app = page(language, fails=True)
    button(app, "show").click().run()
    assert app.error[0].value == wording("curriculum.error.value", language, measure="temperature_choices")
    assert not app.metric
    assert ANSWER[language] not in shown(app)
    assert not button(app, "show").disabled


def test_a_value_that_is_no_number_is_no_result() -> None:
    app = page("en", measured=float("nan"))
    button(app, "show").click().run()
    assert "no finite number" in app.error[0].value
    assert not app.metric


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_model_the_answers_can_be_read_without_their_numbers(language: str) -> None:
    app = page(language, ready=False)
    text = shown(app)
    assert wording("curriculum.panel.no_model", language) in text
    assert ANSWER[language] in text
    assert "{" not in text
    assert not app.radio


def test_setting_the_page_up_writes_the_controls_and_the_language_into_the_address() -> None:
    app = page("zh")
    button(app, "show").click().run()
    button(app, "link").click().run()
    assert not app.exception
    assert app.query_params["temperature"] == "1.5"
    assert app.query_params["strategy"] == "sample"
    assert app.query_params["lang"] == "zh"
    assert app.query_params["prompt"].startswith("The lighthouse keeper")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_question_is_offered_under_its_own_words(language: str) -> None:
    app = page(language)
    assert app.selectbox[0].options == [question.question[language] for question in questions("decoding")]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_home_lists_each_question_as_a_link_that_sets_its_page_up(language: str, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "03_decoding.py").write_text("", encoding="utf-8")
    home = tmp_path / "Home.py"
    home.write_text("from ui.questions import question_list\nquestion_list('decoding')\n", encoding="utf-8")
    app = AppTest.from_file(str(home), default_timeout=20)
    app.session_state["ui.language"] = language
    with patch("ui.questions.topics", lambda: {"decoding": "pages/03_decoding.py"}):
        app.run()
    assert not app.exception
    links = [link.proto for link in app.get("page_link")]
    bank = questions("decoding")
    assert [link.label for link in links] == [question.question[language] for question in bank]
    assert "temperature=1.5" in links[3].query_string
    assert f"lang={language}" in links[3].query_string


def test_a_topic_without_a_page_is_listed_without_links() -> None:
    def home() -> None:
        from ui.questions import question_list

        question_list("decoding")

    with patch("ui.questions.topics", dict):
        app = AppTest.from_function(home, default_timeout=20).run()
    assert not app.exception
    assert len(app.markdown) == len(questions("decoding"))
