"""The view "Inside": what passes between encoder and decoder, lengths, parts, and the tools of old."""

import streamlit as st

from ui.inputs import show_segments
from ui.text import t
from ui.translation.inside_link import PARTS


def show_inside() -> None:
    """The lead, and one of the sections."""
    st.markdown(t("translation.inside.lead"))
    part = show_segments("translation", "inside_part", PARTS)
    if part == "model":
        from ui.translation.inside_model import show_model

        show_model()
    elif part == "length":
        from ui.translation.inside_length import show_length

        show_length()
    elif part == "filling":
        from ui.translation.inside_filling import show_filling

        show_filling()
    elif part == "parts":
        from ui.translation.inside_parts import show_parts

        show_parts()
    elif part == "remove":
        from ui.translation.inside_remove import show_remove

        show_remove()
    else:
        from ui.translation.inside_tools import show_tools

        show_tools()
