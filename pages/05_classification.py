"""Lesson: from a CSV of texts and labels to a classifier that one can trust."""

import streamlit as st

from ui.classification import controls
from ui.inputs import read_link
from ui.page import open_page
from ui.text import t

open_page("classification")
read_link("classification", controls.link_readers())
view = controls.show_view()
if view == "data":
    from ui.classification.data import show_data

    show_data()
elif view == "train":
    from ui.classification.train import show_train

    show_train()
elif view == "report":
    from ui.classification.report import show_report

    show_report()
else:
    from ui.classification.use import show_use

    show_use()

st.divider()
st.header(t("classification.questions.title"), anchor=False)
controls.show_lesson_questions()
