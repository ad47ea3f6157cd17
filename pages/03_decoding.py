"""Lesson: how the next token is chosen, why language models repeat themselves, and what stops them."""

from dataclasses import asdict

import streamlit as st

from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError
from ui.decoding import controls
from ui.inputs import read_link, show_command, show_link
from ui.page import open_page
from ui.text import show_error, t

open_page("decoding")
read_link("decoding", controls.link_readers())
view = controls.show_view()
if view == "generate":
    from ui.decoding.generate import show_run
    from ui.decoding.trace import show_texts

    st.caption(t("decoding.model.about"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        prompt = controls.show_prompt()
        try:
            settings, fast = controls.show_settings()
        except GlassboxError as error:
            show_error(error)
            settings, fast = DecodingSettings(), False
        with st.container(horizontal=True):
            show_link("decoding", controls.link_values(prompt, settings, view))
            show_command(controls.command(prompt, fast), asdict(settings))
    with right:
        show_run(prompt, settings, fast)
        show_texts()
elif view == "compare":
    from ui.decoding.compare import show_compare

    show_compare()
elif view == "sweep":
    from ui.decoding.sweep import show_sweep

    show_sweep()
else:
    from ui.decoding.why import show_why

    show_why()

st.divider()
st.header(t("decoding.questions.title"), anchor=False)
controls.show_lesson_questions()
