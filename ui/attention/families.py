"""The view of families: what each model kept and changed, kinds and masks, BERT, experts, images."""

import streamlit as st

from ui.attention.families_controls import PARTS
from ui.inputs import show_segments
from ui.text import t


def show_families() -> None:
    """The part that the reader chose."""
    st.markdown(t("attention.families.lead"))
    part = show_segments("attention", "families_part", PARTS)
    if part == "table":
        from ui.attention.families_table import show_table

        show_table()
    elif part == "compare":
        from ui.attention.families_compare import show_compare

        show_compare()
    elif part == "kinds":
        from ui.attention.families_kinds import show_kinds

        show_kinds()
    elif part == "bert":
        from ui.attention.families_bert import show_bert

        show_bert()
    elif part == "successors":
        from ui.attention.families_successors import show_successors

        show_successors()
    elif part == "experts":
        from ui.attention.families_experts import show_experts

        show_experts()
    else:
        from ui.attention.families_images import show_images

        show_images()
