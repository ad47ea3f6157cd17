"""The fifth view: decoders trained with each position scheme, and SmolLM2, beyond the trained length."""

import streamlit as st

from ui.attention.experiment_link import PARTS
from ui.inputs import show_segments
from ui.text import t


def show_experiment() -> None:
    """The lead, and one of the three experiments."""
    st.markdown(t("attention.experiment.lead"))
    part = show_segments("attention", "experiment_part", PARTS)
    if part == "schemes":
        from ui.attention.experiment_schemes import show_schemes

        show_schemes()
    elif part == "long":
        from ui.attention.experiment_long import show_long

        show_long()
    else:
        from ui.attention.experiment_far import show_far

        show_far()
