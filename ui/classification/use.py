"""The view `use`: a trained model on one text, on many, and as a file to take along."""

import streamlit as st

from core.errors import GlassboxError
from ui.classification.use_link import PARTS
from ui.classification.use_source import show_model_choice
from ui.inputs import show_segments
from ui.text import show_error, t


def show_use() -> None:
    """Which model, then one of the three."""
    st.markdown(t("classification.use.lead"))
    used = show_model_choice()
    part = show_segments("classification", "use_part", PARTS)
    try:
        if part == "one":
            from ui.classification.use_one import show_one_text

            show_one_text(used)
        elif part == "many":
            from ui.classification.use_many import show_many_texts

            show_many_texts(used)
        else:
            from ui.classification.use_take import show_taking

            show_taking(used)
    except GlassboxError as error:
        show_error(error)
