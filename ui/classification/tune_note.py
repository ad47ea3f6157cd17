"""What a reader should know before tuning an English model."""

from collections.abc import Sequence

import streamlit as st

from core.embedding.language import ENGLISH, choose_embedder
from ui.text import t

TUNING = ("setfit", "finetune", "lora")
"""The methods that tune MiniLM."""


def show_foreign_note(texts: Sequence[str]) -> None:
    """A warning where the texts are not in the language of MiniLM's vocabulary."""
    if choose_embedder(texts) != ENGLISH:
        st.caption(f":material/translate: {t('classification.tune.foreign')}")
