"""The labelled data that every view of this lesson works on: the reader's, or the shipped sample."""

import streamlit as st

from core.classification.labelled_texts import Split
from core.classification.shipped import sample_split

SPLIT = "classification.split"


def current_split() -> Split:
    """The reader's division of their data; until they chose any, the shipped English sample's."""
    chosen: Split | None = st.session_state.get(SPLIT)
    return chosen if chosen is not None else sample_split("en")


def set_split(split: Split) -> None:
    """Use `split` in every view of this session from now on."""
    st.session_state[SPLIT] = split
