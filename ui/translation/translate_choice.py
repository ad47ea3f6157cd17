"""Which model's result the sections below look into, and which of its translations."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ui.text import t
from ui.translation.translate_models import (
    chosen_model,
    explained,
    model_names,
    naming_models,
    opened,
    written_text,
)

if TYPE_CHECKING:
    from core.translation.explain import Explained
    from core.translation.follow import Opened
    from core.translation.greedy import Written

LONGEST_NAME = 70
"""Characters of a translation in the list to choose from."""


@dataclass(frozen=True)
class Chosen:
    """What is looked into."""

    model: str
    text: str
    width: int
    alpha: float
    """Of the length penalty."""
    explained: "Explained"


def penalty() -> float:
    """The length penalty, as the reader set it in its section."""
    return float(st.session_state.setdefault("translation.translate_penalty", 1.0))


def choose(text: str, width: int) -> Chosen:
    """Let the reader choose a model.

    Raises:
        GlassboxError: the sentence cannot be translated by it.
    """
    first = chosen_model()
    model = st.segmented_control(
        t("translation.translate.model.label"),
        model_names(),
        format_func=naming_models(),
        key="translation.model",
        required=True,
        wrap=True,
        help=t("translation.translate.model.help"),
        persist_state="session",
    )
    chosen = model or first
    return Chosen(chosen, text, width, penalty(), explained(chosen, text, width))


def choose_translation(chosen: Chosen) -> "Opened":
    """Let the reader choose one of the model's translations: greedy, or one that the beams found."""
    found = chosen.explained.found(chosen.alpha)
    by_name: dict[str, Written] = {str(rank): each.written for rank, each in enumerate(found, 1)}
    by_name["greedy"] = chosen.explained.greedy
    key = "translation.translate_which"
    if st.session_state.get(key) not in by_name:
        st.session_state[key] = "1"
    labels = {
        name: t(
            "translation.translate.which.greedy" if name == "greedy" else "translation.translate.which.beam",
            rank=name,
            text=shortened(written_text(chosen.model, written.token_ids)),
        )
        for name, written in by_name.items()
    }
    which = st.selectbox(
        t("translation.translate.which.label"),
        list(by_name),
        format_func=labels.__getitem__,
        key=key,
        help=t("translation.translate.which.help"),
        persist_state="session",
    )
    return open_written(chosen, by_name[which])


def open_written(chosen: Chosen, written: "Written") -> "Opened":
    """A translation with what the model held likely at each token."""
    from core.translation.explain import marked

    return opened(chosen.model, chosen.text, chosen.explained.source, marked(written))


def shortened(text: str) -> str:
    """A translation that fits on a line; one without any token shows as an empty-set sign.

    >>> shortened("a" * 100)[-3:], shortened("")
    ('aa…', '∅')
    """
    return (text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…") or "∅"
