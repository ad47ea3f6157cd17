"""The view "Train your own": a translator from scratch, watched while it learns, and several compared."""

import streamlit as st

from ui.inputs import show_segments
from ui.text import t
from ui.translation.train_link import PARTS


def show_train() -> None:
    """The lead, and one of the two parts."""
    st.markdown(t("translation.train.lead"))
    if show_segments("translation", "train_part", PARTS) == "start":
        from ui.translation.train_start import show_start

        show_start()
    else:
        from ui.translation.train_runs import show_runs

        show_runs()
