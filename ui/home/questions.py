"""Find a question: every question of every lesson that is there, by its words in either language."""

import streamlit as st

from core.curriculum.bank import questions
from core.curriculum.search import matching
from ui.page import topics
from ui.questions import show_question_link
from ui.text import t

LONGEST_SEARCH = 200


def show_all_questions() -> None:
    """The search box and the questions that match it, by lesson, each a link to its experiment."""
    st.header(t("home.questions.title"), anchor=False)
    asked = st.text_input(
        t("home.questions.search"),
        key="home.search",
        placeholder=t("home.questions.placeholder"),
        help=t("home.questions.help"),
        max_chars=LONGEST_SEARCH,
        icon=":material/search:",
    )
    found = matching([question for topic in topics() for question in questions(topic)], asked)
    if not found:
        st.info(t("home.questions.none", text=asked), icon=":material/search_off:")
    for topic in topics():
        own = [question for question in found if question.topic == topic]
        if own:
            st.subheader(t(f"{topic}.nav"), anchor=False)
        for question in own:
            show_question_link(question)
