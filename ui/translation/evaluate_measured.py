"""The three models that come with the project, on the test set that others report on."""

import streamlit as st

from core.errors import GlassboxError
from core.translation.evaluation_result import SHIPPED_COMMAND, SHIPPED_SCORES, shipped_evaluation
from ui.inputs import show_link
from ui.text import show_error, t
from ui.translation.evaluate_scores import show_evaluation


def show_measured() -> None:
    """The shipped figures with the command that made them, or how to make them."""
    if not SHIPPED_SCORES.is_file():
        st.info(t("translation.evaluate.measured.missing"), icon=":material/science:")
        st.code(SHIPPED_COMMAND, language="bash", wrap_lines=True)
        return
    try:
        evaluation = shipped_evaluation()
    except GlassboxError as error:
        show_error(error)
        return
    st.markdown(
        t(
            "translation.evaluate.measured.lead",
            sentences=evaluation.sentences,
            beam=evaluation.beam,
            date=evaluation.date,
        )
    )
    show_evaluation(evaluation, "translation.evaluate.measured")
    with st.container(horizontal=True):
        show_link(
            "translation",
            {
                "view": "evaluate",
                "evaluate_part": "measured",
                "evaluate_buckets": st.session_state["translation.evaluate_buckets"],
            },
        )
    st.caption(t("translation.evaluate.measured.command"))
    st.code(evaluation.command, language="bash", wrap_lines=True)
