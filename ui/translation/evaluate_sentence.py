"""One translation against one reference, chosen or written by the reader, and its score opened."""

import streamlit as st

from core.translation.evaluation_samples import scored_examples
from ui.inputs import show_link
from ui.text import naming, t
from ui.translation.evaluate_link import EXAMPLES
from ui.translation.score_arithmetic import show_score_arithmetic

KEY = "translation.evaluate"


def show_sentence() -> None:
    """The two sentences on the left, the arithmetic on the right."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        translation, reference = _show_inputs()
        show_link(
            "translation",
            {
                "view": "evaluate",
                "evaluate_part": "sentence",
                "evaluate_translation": translation,
                "evaluate_reference": reference,
            },
        )
    with right:
        show_score_arithmetic(translation, reference, f"{KEY}.sentence")


def _show_inputs() -> tuple[str, str]:
    if not {f"{KEY}_translation", f"{KEY}_reference"} & set(st.session_state):
        st.session_state.setdefault(f"{KEY}_example", EXAMPLES[0])
        _write_example()
    chosen = st.pills(
        t("translation.evaluate.example.label"),
        EXAMPLES,
        format_func=naming("translation.evaluate.example.*"),
        key=f"{KEY}_example",
        help=t("translation.evaluate.example.help"),
        on_change=_write_example,
        wrap=True,
        persist_state="session",
    )
    if chosen and _is_as_given(chosen):
        st.info(t(f"translation.evaluate.example_note.{chosen}"), icon=":material/visibility:")
    sides = []
    for side in ("translation", "reference"):
        sides.append(
            st.text_area(
                t(f"translation.evaluate.side.{side}"),
                key=f"{KEY}_{side}",
                height=100,
                help=t(f"translation.evaluate.side.{side}_help"),
                persist_state="session",
            )
        )
    return sides[0], sides[1]


def _write_example() -> None:
    """Put the chosen example into the two fields."""
    chosen = st.session_state.get(f"{KEY}_example")
    for example in scored_examples():
        if example.id == chosen:
            st.session_state[f"{KEY}_translation"] = example.translation
            st.session_state[f"{KEY}_reference"] = example.reference


def _is_as_given(chosen: str) -> bool:
    """Whether the fields still hold that example."""
    fields = (st.session_state.get(f"{KEY}_translation"), st.session_state.get(f"{KEY}_reference"))
    return any(
        example.id == chosen and fields == (example.translation, example.reference)
        for example in scored_examples()
    )
