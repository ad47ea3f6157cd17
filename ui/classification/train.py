"""The view "Train": methods learn from the same rows, are watched, compared, and tried on one text."""

import streamlit as st

from ui.classification.current_data import current_split
from ui.classification.train_link import PARTS
from ui.inputs import show_segments
from ui.text import t


def show_train() -> None:
    """The lead, the rows that are learned from, and one of the three parts."""
    split = current_split()
    st.markdown(t("classification.train.lead"))
    st.caption(
        t(
            "classification.train.rows",
            data=split.name,
            training=len(split.training),
            validation=len(split.validation),
            test=len(split.test),
            classes=len(split.classes),
        )
    )
    part = show_segments("classification", "train_part", PARTS)
    if part == "start":
        from ui.classification.train_start import show_start

        show_start(split)
    elif part == "compare":
        from ui.classification.train_compare import show_compare

        show_compare(split)
    else:
        from ui.classification.train_try import show_try

        show_try(split)
