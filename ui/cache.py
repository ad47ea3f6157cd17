"""Every Streamlit cache of the project: shared, read-only things that belong to no reader."""

from typing import TYPE_CHECKING

import streamlit as st

from core.decoding.prompts import Preset, presets
from core.decoding.published import PublishedComparison, read_shipped_result

if TYPE_CHECKING:
    from core.translation.forcing_growth import Growth


@st.cache_data(max_entries=1, show_spinner=False)
def decoding_presets() -> tuple[Preset, ...]:
    """Prompts that are worth trying first."""
    return presets()


@st.cache_data(max_entries=1, show_spinner=False)
def shipped_comparison() -> PublishedComparison | None:
    """The published comparison as this project's own command measured it."""
    return read_shipped_result()


@st.cache_resource(max_entries=3, show_spinner=False)
def translation_growth(model: str) -> "Growth":
    """How the error of a shipped translator grows over the project's captions."""
    from core.translation.captions import captions
    from core.translation.forcing_growth import measure_growth
    from core.translation.shipped import shipped_translator

    return measure_growth(shipped_translator(model), captions())
