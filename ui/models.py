"""A model for a page: loaded on first need with a visible bar."""

from typing import TYPE_CHECKING

import streamlit as st

from core.shelf.load import load_language_model
from ui.text import t

if TYPE_CHECKING:
    from core.engines.language_model import LanguageModel


def ready_language_model(name: str) -> "LanguageModel":
    """The model: at once if it is in memory, else with a bar while it is converted and loaded.

    Raises:
        GlassboxError: the weights are missing, altered, or cannot be converted.
    """
    place = st.empty()

    def show(share: float) -> None:
        place.progress(min(max(share, 0.0), 1.0), text=t("ui.model.preparing", model=name))

    with st.spinner(t("ui.model.loading", model=name)):
        model = load_language_model(name, progress=show)
    place.empty()
    return model
