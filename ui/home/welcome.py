"""The first screen: one experiment to begin with, and how every page works."""

import streamlit as st

from core.plots.home import looping_figure
from ui.cache import shipped_comparison
from ui.page import icon_of, topics
from ui.text import language, t

FIRST_EXPERIMENT = {"view": "generate", "strategy": "greedy"}
STEPS = ("predict", "run", "measure", "answer")


def show_first_experiment() -> None:
    """The invitation: make a model loop, beside what the project measured about it."""
    comparison = shipped_comparison()
    left, right = st.columns([3, 4], gap="large", vertical_alignment="center")
    with left:
        st.header(t("home.first.title"), anchor=False)
        st.markdown(t("home.first.text"))
        if st.button(
            t("home.first.button"), type="primary", icon=":material/all_inclusive:", key="home.first"
        ):
            st.switch_page(topics()["decoding"], query_params={"lang": language(), **FIRST_EXPERIMENT})
    if comparison is not None:
        with right:
            st.plotly_chart(
                looping_figure(comparison, t), key="home.looping", config={"displayModeBar": False}
            )
            count = comparison.method("greedy").texts
            st.caption(t("home.first.caption", count=count, model=comparison.model))


def show_steps() -> None:
    """Predict, run, measure, answer."""
    icons = ("lightbulb", "play_arrow", "straighten", "menu_book")
    for column, step, icon in zip(st.columns(len(STEPS)), STEPS, icons, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f":material/{icon}: {t(f'home.steps.{step}')}")


def show_lessons() -> None:
    """One card a lesson that is there."""
    st.header(t("home.lessons.title"), anchor=False)
    for topic, script in topics().items():
        with st.container(border=True):
            st.page_link(
                script,
                label=f"**{t(f'{topic}.title')}**",
                icon=icon_of(topic),
                query_params={"lang": language()},
            )
            st.markdown(t(f"{topic}.card"))
