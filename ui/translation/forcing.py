"""The view "Forced and free": whose beginning the decoder reads, and what that changes."""

import streamlit as st

from ui.inputs import show_segments
from ui.text import t
from ui.translation.forcing_link import PARTS


def show_forcing() -> None:
    """The lead, and one of the experiments."""
    st.markdown(t("translation.forcing.lead"))
    part = show_segments("translation", "forcing_part", PARTS)
    if part == "sentence":
        from ui.translation.forcing_sentence import show_sentence

        show_sentence()
    elif part == "many":
        from ui.translation.forcing_many import show_many

        show_many()
    else:
        from ui.translation.forcing_sampling import show_sampling

        show_sampling()
