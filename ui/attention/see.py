"""The first view: every head of a real model on the reader's sentence, down to the arithmetic."""

import shlex
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from core.plots.attention_see_more import kind_rows
from ui.attention.see_head import show_grid, show_head
from ui.attention.see_parts import show_parts
from ui.attention.see_place import settle_place, show_head_of_row
from ui.attention.sentence import reading_of, show_sentence
from ui.inputs import show_link
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.head_kinds import HeadKinds
    from core.attention.reading import Reading

MOST_CONTINUED = 40
LONGEST_COMMAND = 300


def show_see() -> None:
    """Sentence and kinds of heads side by side; below them all heads, one head, one cell."""
    st.markdown(t("attention.see.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        model, text = show_sentence()
        continued = _show_continuation(model, text)
    with right:
        reading = _read(model, text, continued)
    if reading is None:
        return
    kinds = _kinds_of(reading)
    settle_place(reading, kinds)
    with right:
        _show_kinds(reading, kinds)
    _show_heads(reading, kinds, text)


def _show_continuation(model: str, text: str) -> int:
    """How many tokens the model shall write before the maps are read; only SmolLM2 can."""
    if model != "smollm2-135m":
        st.caption(t("attention.see.continue.cannot"))
        return 0
    asked = st.session_state.get("attention.see.continued")
    count = st.slider(
        t("attention.see.continue.label"),
        1,
        MOST_CONTINUED,
        10,
        key="attention.see.continue_by",
        help=t("attention.see.continue.help"),
        persist_state="session",
    )
    with st.container(horizontal=True):
        if st.button(
            t("attention.see.continue.run"),
            key="attention.see.continue",
            icon=":material/edit_note:",
            help=t("attention.see.continue.run_help"),
        ):
            asked = st.session_state["attention.see.continued"] = (text, count)
        if asked and asked[0] == text:
            if not st.button(
                t("attention.see.continue.without"),
                key="attention.see.continue_not",
                icon=":material/undo:",
                help=t("attention.see.continue.without_help"),
            ):
                return int(asked[1])
            del st.session_state["attention.see.continued"]
    return 0


def _read(model: str, text: str, continued: int) -> "Reading | None":
    if not text.strip():
        st.info(t("attention.see.error.empty"), icon=":material/edit:")
        return None
    try:
        reading = reading_of(model, text, continued)
    except GlassboxError as error:
        show_error(error)
        return None
    if reading.left_out:
        st.warning(
            t("attention.see.left_out", read=reading.length, left=reading.left_out),
            icon=":material/content_cut:",
        )
    if reading.tokens.count("[UNK]"):
        st.warning(
            t("attention.see.unknown", count=reading.tokens.count("[UNK]")), icon=":material/translate:"
        )
    return reading


def _kinds_of(reading: "Reading") -> "HeadKinds":
    """The kinds of this reading's heads, kept beside it."""
    from core.attention.head_kinds import head_kinds

    kept = st.session_state.get("attention.see.kinds")
    if kept is None or kept[0] is not reading:
        with st.spinner(t("attention.see.naming")):
            kept = st.session_state["attention.see.kinds"] = (reading, head_kinds(reading))
    found: HeadKinds = kept[1]
    return found


def _show_kinds(reading: "Reading", kinds: "HeadKinds") -> None:
    model = reading.model
    st.markdown(
        t(
            f"attention.see.at_a_glance_{'causal' if model.causal else 'both'}",
            tokens=reading.length,
            generated=reading.generated,
            layers=model.layer_count,
            heads=model.head_count,
            all=model.layer_count * model.head_count,
            groups=model.key_value_heads,
            width=model.head_width,
        )
    )
    st.dataframe(
        kind_rows(kinds, t),
        hide_index=True,
        key="attention.see.kind_table",
        on_select=show_head_of_row(kinds),
        selection_mode="single-row",
    )
    st.caption(t("attention.see.kinds.reading"))


@st.fragment
def _show_heads(reading: "Reading", kinds: "HeadKinds", text: str) -> None:
    """Everything that depends on the chosen head; a fragment, so that looking around reads nothing again."""
    show_grid(reading, kinds)
    layer, head = st.session_state["attention.layer"], st.session_state["attention.head"]
    row, column = show_head(reading, kinds)
    with st.container(horizontal=True):
        place = {"layer": layer, "head": head, "see_row": row + 1, "see_column": column + 1}
        part = st.session_state.get("attention.see_part") or "cell"
        show_link(
            "attention", {"view": "see", "model": reading.model.name, "text": text, **place, "see_part": part}
        )
        _show_command(reading.model.name, text, layer, head)
    show_parts(reading, kinds, (layer, head), (row, column))


def _show_command(model: str, text: str, layer: int, head: int) -> None:
    source = f"--text {shlex.quote(text)}" if len(text) <= LONGEST_COMMAND else "--text - < text.txt"
    with st.popover(t("ui.command.label"), icon=":material/terminal:", help=t("ui.command.help")):
        st.markdown(t("attention.see.command"))
        st.code(
            f"python -m core attention --model {model} --layer {layer} --head {head} --json {source}",
            language="bash",
            wrap_lines=True,
        )
