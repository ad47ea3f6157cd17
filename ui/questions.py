"""Predict, run, measure, answer: the questions of a lesson beside its experiment.

One question is open at a time. The reader guesses, the run measures, the measured value grades the
guess, and only then does the answer appear, quoting what was just measured. What has been answered
stays in the session under a key that belongs to no widget, so that it survives a change of page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import streamlit as st

from core.curriculum import Measurement, Prediction, Question, answer_text, grade, question_with_id, questions
from core.errors import GlassboxError
from ui.page import topics
from ui.text import language, show_error, t

Measure = Callable[[str], Measurement]
"""Runs the measurement of that name on the page's model."""


@dataclass(frozen=True)
class Outcome:
    """What a run of one question's experiment left: the guess (None: just shown) and the measurement."""

    guess: int | None
    measurement: Measurement


@st.fragment
def show_questions(topic: str, measure: Measure | None) -> None:
    """The panel with the topic's questions.

    Args:
        topic: the lesson's word.
        measure: takes a prediction's measure name; None while the model is not ready, when the
            answers can only be read.
    """
    st.caption(t("curriculum.panel.intro"))
    question = _choose_question(topic)
    with st.container(border=True):
        if question.predict is None:
            st.caption(t("curriculum.panel.reading"))
            _show_answer(question, None)
        elif measure is None:
            st.info(t("curriculum.panel.no_model"), icon=":material/info:")
            _show_answer(question, None)
        else:
            _show_experiment(question, question.predict, measure)
    # Below the experiment, so that an answer just found is counted.
    st.caption(t("curriculum.panel.progress", answered=len(answered(topic)), total=len(questions(topic))))


def question_list(topic: str) -> None:
    """The topic's questions as links that open its page set up to show each."""
    for question in questions(topic):
        show_question_link(question)


def show_question_link(question: Question) -> None:
    """One question as a link that opens its page set up to show it."""
    script = topics().get(question.topic)
    if script is None:
        st.markdown(f"- {question.question[language()]}")
        return
    st.page_link(
        script,
        label=question.question[language()],
        icon=_icon(question),
        query_params={**_controls(question), "lang": language()},
        help=t("curriculum.list.help"),
    )


def answered(topic: str) -> dict[str, Outcome]:
    """This session's outcomes by question id."""
    outcomes: dict[str, Outcome] = st.session_state.setdefault(f"{topic}.questions", {})
    return outcomes


def _choose_question(topic: str) -> Question:
    bank = questions(topic)
    kept = f"{topic}.questions.open"
    ids = [question.id for question in bank]
    position = ids.index(st.session_state[kept]) if st.session_state.get(kept) in ids else 0
    texts = {question.id: question.question[language()] for question in bank}
    chosen = st.selectbox(
        t("curriculum.panel.choose"),
        ids,
        index=position,
        format_func=texts.__getitem__,
        key=f"{topic}.questions.choose.{language()}",
        help=t("curriculum.panel.choose_help"),
    )
    st.session_state[kept] = chosen
    return question_with_id(topic, chosen) or bank[0]


def _show_experiment(question: Question, prediction: Prediction, measure: Measure) -> None:
    waiting = f"{question.topic}.questions.waiting"
    place = st.empty()
    refusal = None
    if st.session_state.get(waiting, (None, None))[0] == question.id:
        guess = st.session_state.pop(waiting)[1]
        with place, st.spinner(t("curriculum.panel.running"), show_time=True):
            refusal = _measure(question, prediction, guess, measure)
    outcome = answered(question.topic).get(question.id)
    with place.container():
        if refusal:
            show_error(refusal)
        if outcome is None:
            _ask(question, prediction, waiting)
        else:
            _show_outcome(question, prediction, outcome)


def _measure(
    question: Question, prediction: Prediction, guess: int | None, measure: Measure
) -> GlassboxError | None:
    """Run the experiment and keep its outcome; what stood in the way, if anything did."""
    try:
        measurement = measure(prediction.measure)
        grade(prediction, measurement.value)
    except GlassboxError as error:
        return error
    answered(question.topic)[question.id] = Outcome(guess, measurement)
    return None


def _ask(question: Question, prediction: Prediction, waiting: str) -> None:
    labels = [choice.label[language()] for choice in prediction.choices]
    guess = st.radio(
        prediction.ask[language()],
        range(len(labels)),
        index=None,
        format_func=lambda index: labels[index],
        key=f"{question.topic}.questions.guess.{question.id}.{language()}",
        help=t("curriculum.panel.guess_help"),
    )

    def wait_for(answer: int | None) -> None:
        st.session_state[waiting] = (question.id, answer)

    with st.container(horizontal=True):
        st.button(
            t("curriculum.panel.run"),
            key=f"{question.topic}.questions.run",
            type="primary",
            icon=":material/science:",
            disabled=guess is None,
            help=t("curriculum.panel.run_help" if guess is not None else "curriculum.panel.run_first"),
            on_click=wait_for,
            args=(guess,),
        )
        st.button(
            t("curriculum.panel.show"),
            key=f"{question.topic}.questions.show",
            type="tertiary",
            help=t("curriculum.panel.show_help"),
            on_click=wait_for,
            args=(None,),
        )


def _show_outcome(question: Question, prediction: Prediction, outcome: Outcome) -> None:
    measurement = outcome.measurement
    right = grade(prediction, measurement.value)
    st.markdown(prediction.ask[language()])
    _show_verdict(prediction, outcome)
    st.metric(
        t("curriculum.panel.measured"),
        _in_unit(prediction, measurement.value),
        delta=right.label[language()],
        delta_color="off",
        delta_arrow="off",
        help=t("curriculum.panel.measured_help"),
    )
    if measurement.low is not None and measurement.high is not None:
        low, high = (_in_unit(prediction, end) for end in (measurement.low, measurement.high))
        st.caption(t("curriculum.panel.interval", low=low, high=high))
    if measurement.note_key:
        st.caption(t(measurement.note_key, **measurement.quoted()))
    _show_answer(question, measurement)
    st.button(
        t("curriculum.panel.again"),
        key=f"{question.topic}.questions.again",
        icon=":material/restart_alt:",
        help=t("curriculum.panel.again_help"),
        on_click=_forget,
        args=(question,),
    )


def _forget(question: Question) -> None:
    answered(question.topic).pop(question.id, None)


def _show_verdict(prediction: Prediction, outcome: Outcome) -> None:
    if outcome.guess is None:
        return
    choice = prediction.choices[outcome.guess]
    guess = choice.label[language()]
    if choice.holds(outcome.measurement.value):
        st.success(t("curriculum.panel.right", guess=guess), icon=":material/check_circle:")
    else:
        st.warning(t("curriculum.panel.wrong", guess=guess), icon=":material/cancel:")


def _show_answer(question: Question, measurement: Measurement | None) -> None:
    st.markdown(f"**{t('curriculum.panel.answer')}**")
    st.markdown(answer_text(question, language(), measurement))
    st.markdown(f"{t('curriculum.panel.source')} [{question.see.title}]({question.see.url})")
    if st.button(
        t("curriculum.panel.open"),
        key=f"{question.topic}.questions.link",
        icon=":material/tune:",
        help=t("curriculum.panel.open_help"),
    ):
        # The page reads a changed address before it draws any control, hence the whole rerun.
        st.query_params.from_dict({**_controls(question), "lang": language()})
        st.toast(t("curriculum.panel.opened"), icon=":material/tune:")
        st.rerun()


def _in_unit(prediction: Prediction, value: float) -> str:
    return t(f"curriculum.unit.{prediction.unit}", value=value)


def _controls(question: Question) -> dict[str, str]:
    return dict(parse_qsl(question.link))


def _icon(question: Question) -> str:
    return ":material/menu_book:" if question.reading else ":material/science:"
