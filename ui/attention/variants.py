"""The view of variants: the same sentence and the same weights, with one part of attention exchanged."""

import streamlit as st

from ui.inputs import show_segments
from ui.text import t

SECTIONS = ("soft", "masks", "cross", "heads", "cache", "windows", "flash", "paged")


def show_variants() -> None:
    """Which variant, and its section; only the chosen one is computed."""
    st.markdown(t("attention.variants.lead"))
    section = show_segments("attention", "variants_section", SECTIONS)
    if section == "soft":
        from ui.attention.variants_soft import show_soft

        show_soft()
    elif section == "masks":
        from ui.attention.variants_masks import show_masks

        show_masks()
    elif section == "cross":
        from ui.attention.variants_cross import show_cross

        show_cross()
    elif section == "heads":
        from ui.attention.variants_heads import show_heads

        show_heads()
    elif section == "cache":
        from ui.attention.variants_cache import show_cache

        show_cache()
    elif section == "windows":
        from ui.attention.variants_windows import show_windows

        show_windows()
    elif section == "flash":
        from ui.attention.variants_flash import show_flash

        show_flash()
    else:
        from ui.attention.variants_paged import show_paged

        show_paged()
