"""The view that scores models: the measured figures, a run of one's own, and a score opened."""

import streamlit as st

from ui.inputs import show_segments
from ui.text import t
from ui.translation.evaluate_link import PARTS


def show_evaluate() -> None:
    """The lead, and one of the parts."""
    st.markdown(t("translation.evaluate.lead"))
    part = show_segments("translation", "evaluate_part", PARTS)
    if part == "measured":
        from ui.translation.evaluate_measured import show_measured

        show_measured()
    elif part == "run":
        from ui.translation.evaluate_run import show_run

        show_run()
    else:
        from ui.translation.evaluate_sentence import show_sentence

        show_sentence()
