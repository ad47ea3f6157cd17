"""What the parts of the view of families share: what a link may hold, the sentence, kept results."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import streamlit as st

from core.attention.families.table import families
from core.attention.families.texts import family_texts
from ui.inputs import choice_of, number_in, short_text, show_link
from ui.text import t

T = TypeVar("T")

PARTS = ("table", "compare", "kinds", "bert", "successors", "experts", "images")
MIXTURES = ("mixtral-8x7b", "deepseek-v2", "deepseek-v3")
PICTURES = ("hills", "letters", "board")
RESOLUTIONS = ("224", "336", "448", "672")
PATCH_SIZES = ("8", "14", "16", "28", "32")
MOST_KEPT = 8
"""Results kept in a session, so that moving one control computes nothing else again."""


def family_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address may hold for this view."""
    names = [row.name for row in families()]
    return {
        "families_part": choice_of(PARTS),
        "families_first": choice_of(names),
        "families_second": choice_of(names),
        "families_text": short_text,
        "families_draw": number_in(0, 1000, whole=True),
        "families_mixture": choice_of(MIXTURES),
        "families_experts": number_in(2, 64, whole=True),
        "families_k": number_in(1, 8, whole=True),
        "families_layer": number_in(0, 29, whole=True),
        "families_picture": choice_of(PICTURES),
        "families_resolution": choice_of(RESOLUTIONS),
        "families_patch": choice_of(PATCH_SIZES),
    }


def show_text() -> str:
    """The sentence on which the demonstrations run, the same in every part."""
    st.session_state.setdefault("attention.families_text", family_texts()["sentence"])
    return st.text_input(
        t("attention.families.text"),
        key="attention.families_text",
        help=t("attention.families.text_help"),
        max_chars=400,
        persist_state="session",
    )


def show_draw() -> int:
    """The number of the random draw, the same in every part."""
    return int(
        st.number_input(
            t("attention.families.seed"),
            0,
            1000,
            1,
            key="attention.families_draw",
            help=t("attention.families.seed_help"),
            persist_state="session",
        )
    )


def show_text_and_draw(part: str) -> tuple[str, int]:
    """The sentence, the number of the draw, and the link that opens `part` with both."""
    left, right = st.columns([4, 1])
    with left:
        text = show_text()
    with right:
        draw = show_draw()
    show_link(
        "attention",
        {"view": "families", "families_part": part, "families_text": text, "families_draw": draw},
    )
    return text, draw


def kept_for(kind: str, inputs: tuple[Any, ...], make: Callable[[], T]) -> T:
    """What `make` gives for these inputs, kept in the session for the last few."""
    kept: dict[tuple[Any, ...], T] = st.session_state.setdefault("attention.families.kept", {})
    place = (kind, *inputs)
    if place not in kept:
        kept[place] = make()
        for oldest in list(kept)[:-MOST_KEPT]:
            del kept[oldest]
    return kept[place]


def run_with(name: str, inputs: tuple[Any, ...], disabled: bool = False) -> bool:
    """A button, and whether it was pressed for these inputs; wording below `attention.families.<name>`."""
    asked = f"attention.families.{name}.asked"
    if st.button(
        t(f"attention.families.{name}.run"),
        key=f"attention.families.{name}.run",
        type="primary",
        icon=":material/play_arrow:",
        help=t(f"attention.families.{name}.run_help"),
        disabled=disabled,
    ):
        st.session_state[asked] = inputs
    if st.session_state.get(asked) == inputs:
        return True
    st.info(t(f"attention.families.{name}.empty"), icon=":material/play_circle:")
    return False
