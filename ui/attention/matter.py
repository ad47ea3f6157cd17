"""The second view: what a part of the model is worth, found out by taking it away."""

import streamlit as st

from ui.attention.matter_link import PARTS
from ui.inputs import show_segments
from ui.text import t


def show_matter() -> None:
    """The lead, and one of the experiments."""
    st.markdown(t("attention.matter.lead"))
    part = show_segments("attention", "matter_part", PARTS)
    if part == "switch":
        from ui.attention.matter_switch import show_switch

        show_switch()
    elif part == "rank":
        from ui.attention.matter_rank import show_rank

        show_rank()
    elif part == "lens":
        from ui.attention.matter_lens import show_lens

        show_lens()
    elif part == "meanings":
        from ui.attention.matter_meanings import show_meanings

        show_meanings()
    else:
        from ui.attention.matter_reuse import show_reuse

        show_reuse()
