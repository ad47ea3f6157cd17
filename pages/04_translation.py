"""Lesson: German to English with models trained from scratch: search, scores, training, and what mattered."""

import streamlit as st

from ui.inputs import read_link
from ui.page import open_page
from ui.text import t
from ui.translation import controls

open_page("translation")
read_link("translation", controls.link_readers())
view = controls.show_view()
if view == "translate":
    from ui.translation.translate import show_translate

    show_translate()
elif view == "inside":
    from ui.translation.inside import show_inside

    show_inside()
elif view == "forcing":
    from ui.translation.forcing import show_forcing

    show_forcing()
elif view == "evaluate":
    from ui.translation.evaluate import show_evaluate

    show_evaluate()
elif view == "train":
    from ui.translation.train import show_train

    show_train()
else:
    from ui.translation.matter import show_matter

    show_matter()

st.divider()
st.header(t("translation.questions.title"), anchor=False)
controls.show_lesson_questions()
