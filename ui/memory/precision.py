"""The precision lab: number formats as bits, MiniLM's weights in each of them, outliers, speed."""

import streamlit as st

from ui.inputs import show_segments
from ui.memory.precision_link import PARTS
from ui.text import t


def show_precision() -> None:
    """The lead, and one of the experiments."""
    st.markdown(t("memory.precision.lead"))
    part = show_segments("memory", "precision_part", PARTS)
    if part == "number":
        from ui.memory.precision_number import show_number

        show_number()
    elif part == "weights":
        from ui.memory.precision_weights import show_weights

        show_weights()
    elif part == "model":
        from ui.memory.precision_model import show_model

        show_model()
    elif part == "outlier":
        from ui.memory.precision_outlier import show_outlier

        show_outlier()
    else:
        from ui.memory.precision_speed import show_speed

        show_speed()
    with st.expander(t("memory.precision.how.title"), icon=":material/help:"):
        st.markdown(t("memory.precision.how.text"))
