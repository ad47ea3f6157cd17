"""Lesson: how text becomes tokens, how a vocabulary is learned, and what it costs."""

import streamlit as st

from ui.inputs import read_link
from ui.page import open_page
from ui.text import t
from ui.tokenizer import controls

open_page("tokenizer")
read_link("tokenizer", controls.link_readers())
view = controls.show_view()
if view == "see":
    from ui.tokenizer.see import show_see

    show_see()
elif view == "families":
    from ui.tokenizer.families import show_families

    show_families()
elif view == "train":
    from ui.tokenizer.train import show_train

    show_train()
elif view == "cost":
    from ui.tokenizer.cost import show_cost

    show_cost()
elif view == "chat":
    from ui.tokenizer.chat import show_chat

    show_chat()
else:
    from ui.tokenizer.words import show_words

    show_words()

st.divider()
st.header(t("tokenizer.questions.title"), anchor=False)
controls.show_lesson_questions()
