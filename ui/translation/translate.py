"""Translate: one German sentence by every model, and each of the mechanisms behind it."""

import shlex

import streamlit as st

from core.errors import GlassboxError
from ui.inputs import show_command, show_link, show_segments
from ui.text import show_error, t
from ui.translation.translate_alignment import show_alignment
from ui.translation.translate_beams import show_beams
from ui.translation.translate_choice import Chosen, choose
from ui.translation.translate_input import show_input, show_source
from ui.translation.translate_link import PARTS
from ui.translation.translate_models import SHIPPED
from ui.translation.translate_penalty import show_penalty
from ui.translation.translate_reference import show_reference
from ui.translation.translate_sides import show_sides
from ui.translation.translate_tokens import show_translation_tokens
from ui.translation.translate_width import show_width

_SHOW = {
    "tokens": show_translation_tokens,
    "alignment": show_alignment,
    "beams": show_beams,
    "penalty": show_penalty,
    "width": show_width,
    "reference": show_reference,
}


def show_translate() -> None:
    """The view."""
    st.markdown(t("translation.translate.lead"))
    text, width = show_input()
    if not text.strip():
        st.info(t("translation.translate.error.empty"), icon=":material/edit:")
        return
    show_source(text, width)
    show_sides(text, width)
    st.divider()
    part = show_segments("translation", "translate_part", PARTS)
    try:
        chosen = choose(text, width)
        st.markdown(t(f"translation.translate.{part}.lead"))
        _SHOW[part](chosen)
        _show_takeaways(chosen, part)
    except GlassboxError as error:
        show_error(error)


def _show_takeaways(chosen: Chosen, part: str) -> None:
    """The link to this very experiment, and its command."""
    names = ("translate_look", "translate_layer", "translate_head", "translate_reference")
    values = {name: st.session_state[f"translation.{name}"] for name in names if _is_set(name)}
    shipped = chosen.model in SHIPPED
    if shipped:
        values["model"] = chosen.model
    with st.container(horizontal=True):
        show_link(
            "translation",
            {
                "view": "translate",
                "text": chosen.text,
                "beam": chosen.width,
                "translate_part": part,
                "translate_penalty": chosen.alpha,
                **values,
            },
        )
        settings = {"model": chosen.model, "beam": chosen.width, "penalty": chosen.alpha, "text": chosen.text}
        if shipped:
            show_command(_command(settings), settings)


def _is_set(name: str) -> bool:
    return st.session_state.get(f"translation.{name}") not in (None, "")


def _command(settings: dict[str, object]) -> str:
    """The command, with the sentence as a shell takes it: one word, nothing in it run."""
    text = shlex.quote(" ".join(str(settings["text"]).split()))
    options = " ".join(f"--{name} {settings[name]}" for name in ("model", "beam", "penalty"))
    return f"python -m core translate run {options} --json -- {text}"
