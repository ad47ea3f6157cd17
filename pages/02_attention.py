"""Lesson: what attention computes, where positions come from, and what a Transformer block is made of."""

import streamlit as st

from ui.attention import controls
from ui.inputs import read_link
from ui.page import open_page
from ui.text import t

open_page("attention")
read_link("attention", controls.link_readers())
view = controls.show_view()
if view == "see":
    from ui.attention.see import show_see

    show_see()
elif view == "matter":
    from ui.attention.matter import show_matter

    show_matter()
elif view == "variants":
    from ui.attention.variants import show_variants

    show_variants()
elif view == "positions":
    from ui.attention.positions import show_positions

    show_positions()
elif view == "experiment":
    from ui.attention.experiment import show_experiment

    show_experiment()
elif view == "block":
    from ui.attention.block import show_block

    show_block()
else:
    from ui.attention.families import show_families

    show_families()

st.divider()
st.header(t("attention.questions.title"), anchor=False)
controls.show_lesson_questions()
