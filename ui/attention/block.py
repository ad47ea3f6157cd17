"""The view of a block's parts: which part, then its figures, formulas and controls."""

import streamlit as st

from ui.attention.block_controls import PARTS
from ui.inputs import show_segments
from ui.text import t


def show_block() -> None:
    """The chosen part; each imports its own mechanism when it is looked at."""
    st.markdown(t("attention.block.lead"))
    part = show_segments("attention", "block_part", PARTS)
    if part == "norms":
        from ui.attention.block_norms import show_norms

        show_norms()
    elif part == "placement":
        from ui.attention.block_placement import show_placement

        show_placement()
    elif part == "batch_norm":
        from ui.attention.block_batch_norm import show_batch_norm

        show_batch_norm()
    elif part == "activations":
        from ui.attention.block_activations import show_activations

        show_activations()
    else:
        from ui.attention.block_feed_forward import show_feed_forward

        show_feed_forward()
