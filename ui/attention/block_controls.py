"""What the parts of the block view share: links, the text, what is kept between repaints."""

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from core.attention.sentences import first_text
from core.errors import GlassboxError
from ui.inputs import choice_of, number_in, short_text
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.block.inside import FeedForwardReading

T = TypeVar("T")

PARTS = ("norms", "placement", "batch_norm", "activations", "feed_forward")
PLACEMENTS = ("post", "pre", "sandwich", "deep")
GATES = ("glu", "bilinear", "reglu", "geglu", "swiglu")
MODEL = "smollm2-135m"
TEXT_KEY = "attention.block_text"
MOST_KEPT = 6


def block_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address may hold for this view."""
    return {
        "block_part": choice_of(PARTS),
        "block_numbers": short_text,
        "block_shift": number_in(-5, 5),
        "block_scale": number_in(0.1, 10),
        "block_depth": number_in(6, 48, whole=True),
        "block_placement": choice_of(PLACEMENTS),
        "block_look": choice_of(("batch", "padding", "layer")),
        "block_unit": choice_of(GATES),
        "block_at": number_in(-5, 5),
        "block_beta": number_in(0, 10),
        "block_text": short_text,
        "block_layer": number_in(1, 30, whole=True),
        "block_token": number_in(0, 95, whole=True),
    }


def show_text() -> str:
    """The text that SmolLM2 reads, the same in every part that takes one."""
    st.session_state.setdefault(TEXT_KEY, first_text("feed_forward"))
    return st.text_area(
        t("attention.block.text.label"),
        key=TEXT_KEY,
        height=90,
        help=t("attention.block.text.help"),
        persist_state="session",
    )


def run_or_kept(name: str, place: Hashable, make: Callable[[], T]) -> T | None:
    """A Run button and what it made for these inputs; before that, what is to be seen here.

    Args:
        name: wording `attention.block.<name>.run`, `.run_help` and `.empty`.
        place: the inputs; a result is kept for the last few of them.
        make: does the work; `GlassboxError` is shown.
    """
    kept: dict[Hashable, T] = st.session_state.setdefault(f"attention.block.kept.{name}", {})
    pressed = st.button(
        t(f"attention.block.{name}.run"),
        key=f"attention.block.{name}.run",
        type="primary",
        icon=":material/play_arrow:",
        help=t(f"attention.block.{name}.run_help"),
    )
    if pressed:
        measure_once(kept, place, make)
    if place not in kept and not pressed:
        st.info(t(f"attention.block.{name}.empty"), icon=":material/play_circle:")
    return kept.get(place)


def kept_or_made(name: str, place: Hashable, make: Callable[[], T]) -> T | None:
    """What `make` gives for these inputs, made at once where it is not kept yet; None after a refusal."""
    kept: dict[Hashable, T] = st.session_state.setdefault(f"attention.block.kept.{name}", {})
    if place not in kept:
        measure_once(kept, place, make)
    return kept.get(place)


def measure_once(kept: dict[Hashable, T], place: Hashable, make: Callable[[], T]) -> None:
    """Do the work in this reader's turn and keep it; a refusal is shown instead."""
    try:
        with turn_in_queue(st.empty()), st.spinner(t("attention.block.measuring"), show_time=True):
            kept[place] = make()
    except GlassboxError as error:
        show_error(error)
    for oldest in list(kept)[:-MOST_KEPT]:
        del kept[oldest]


def reading_of(text: str) -> "FeedForwardReading":
    """Every feed-forward value of `text` in SmolLM2.

    Raises:
        GlassboxError: no text, or the model is not ready.
    """
    from core.attention.block.inside import read_feed_forward

    return read_feed_forward(ready_language_model(MODEL), text)


def show_left_out(reading: "FeedForwardReading") -> None:
    """Say what of a long text is not looked at."""
    if reading.left_out:
        st.caption(t("attention.block.text.left_out", shown=len(reading.ids), left=reading.left_out))


def show_slider(name: str, low: float, high: float, first: float, step: float, words: str) -> float:
    """A slider of this view; its wording is `words`.`name`."""
    key = f"attention.block_{name}"
    st.session_state.setdefault(key, first)
    return st.slider(
        t(f"{words}.{name}"),
        low,
        high,
        step=step,
        key=key,
        help=t(f"{words}.{name}_help"),
        persist_state="session",
    )
