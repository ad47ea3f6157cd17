"""Every Streamlit cache of the project: shared, read-only things that belong to no reader."""

import streamlit as st

from core.decoding.prompts import Preset, presets
from core.decoding.published import PublishedComparison, read_shipped_result


@st.cache_data(max_entries=1, show_spinner=False)
def decoding_presets() -> tuple[Preset, ...]:
    """Prompts that are worth trying first."""
    return presets()


@st.cache_data(max_entries=1, show_spinner=False)
def shipped_comparison() -> PublishedComparison | None:
    """The published comparison as this project's own command measured it."""
    return read_shipped_result()
