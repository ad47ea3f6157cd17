"""Lesson: how much memory a model needs, term by term, and next to what a real step takes here."""

import streamlit as st

from ui.inputs import read_link
from ui.memory import controls
from ui.page import open_page
from ui.text import t

open_page("memory")
read_link("memory", controls.link_readers())
view = controls.show_view()
if view == "calculate":
    from ui.memory.calculate import show_calculate

    show_calculate()
elif view == "compare":
    from ui.memory.compare import show_compare

    show_compare()
elif view == "check":
    from ui.memory.check import show_check

    show_check()
elif view == "lora":
    from ui.memory.lora import show_lora

    show_lora()
else:
    from ui.memory.precision import show_precision

    show_precision()

st.divider()
st.header(t("memory.questions.title"), anchor=False)
controls.show_lesson_questions()
