"""The view "Check it": a real step, the grid that the calculator answers for, AdaLoRA's ranks."""

import streamlit as st

from ui.inputs import show_segments
from ui.memory.check_link import PARTS
from ui.text import t


def show_check() -> None:
    """The lead, and one of the experiments."""
    st.markdown(t("memory.check.lead"))
    part = show_segments("memory", "check_part", PARTS)
    if part == "step":
        from ui.memory.check_step import show_step

        show_step()
    elif part == "grid":
        from ui.memory.check_grid import show_grid

        show_grid()
    else:
        from ui.memory.check_ranks import show_ranks

        show_ranks()
