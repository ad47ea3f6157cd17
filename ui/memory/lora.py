"""The view "LoRA lab": the update, merging and saving, every method on one task, and what comes after."""

import streamlit as st

from ui.inputs import show_segments
from ui.memory.lora_link import PARTS
from ui.text import t


def show_lora() -> None:
    """The lead, and one of the parts."""
    st.markdown(t("memory.lora.lead"))
    part = show_segments("memory", "lora_part", PARTS)
    if part == "update":
        from ui.memory.lora_update import show_update

        show_update()
    elif part == "merge":
        from ui.memory.lora_merge import show_merge

        show_merge()
    elif part == "compare":
        from ui.memory.lora_compare import show_compare

        show_compare()
    else:
        from ui.memory.lora_after import show_after

        show_after()
