"""What the view of positions keeps in a link, and the controls that its schemes share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ui.inputs import choice_of, number_in, short_text, show_link
from ui.text import t

SCHEMES = ("rope", "sinusoidal", "learned", "alibi", "relative", "none", "stretching")
WIDTHS = ("16", "32", "64", "128", "256", "512")
BASES = ("10000", "100000", "500000", "1000000")
KINDS = ("t5", "t5_causal", "shaw")
FACTORS = ("2", "4", "8", "16", "32")
CONTEXTS = ("512", "2048", "4096", "8192")


def position_readers() -> Mapping[str, Callable[[str], Any]]:
    """What the address may hold for this view."""
    return {
        "positions_scheme": choice_of(SCHEMES),
        "positions_text": short_text,
        "positions_layer": number_in(0, 200, whole=True),
        "positions_head": number_in(0, 200, whole=True),
        "positions_at": number_in(0, 100_000, whole=True),
        "positions_other": number_in(0, 100_000, whole=True),
        "positions_pair": number_in(0, 255, whole=True),
        "positions_width": choice_of(WIDTHS),
        "positions_base": choice_of(BASES),
        "positions_shift": number_in(-512, 512, whole=True),
        "positions_heads": number_in(1, 64, whole=True),
        "positions_length": number_in(2, 256, whole=True),
        "positions_bias_head": number_in(1, 64, whole=True),
        "positions_kind": choice_of(KINDS),
        "positions_offset": number_in(-300, 300, whole=True),
        "positions_seed": number_in(0, 1000, whole=True),
        "positions_factor": choice_of(FACTORS),
        "positions_context": choice_of(CONTEXTS),
    }


def show_slider(name: str, low: int, high: int, first: int, wording: str = "") -> int:
    """A whole number between `low` and `high`; a value kept from elsewhere that does not fit is moved in.

    Args:
        name: of the link's value; the control's key is `attention.positions_<name>`.
        low: smallest.
        high: largest, above `low`.
        first: shown at first.
        wording: the label's key below `attention.positions`, with `_help` behind it; by default `name`.
    """
    key = f"attention.positions_{name}"
    kept = st.session_state.get(key, first)
    st.session_state[key] = min(max(int(kept), low), high)
    words = f"attention.positions.{wording or name}"
    return int(st.slider(t(words), low, high, key=key, help=t(f"{words}_help"), persist_state="session"))


def show_choice(name: str, options: Sequence[str], first: str, wording: str = "") -> str:
    """One of `options`, numbers as texts, as a drop-down list; the key is `attention.positions_<name>`."""
    key = f"attention.positions_{name}"
    if st.session_state.get(key) not in options:
        st.session_state[key] = first
    words = f"attention.positions.{wording or name}"
    return str(
        st.selectbox(
            t(words),
            options,
            format_func=lambda option: f"{int(option):,}",
            key=key,
            help=t(f"{words}_help"),
            persist_state="session",
        )
    )


def show_bar(scheme: str, values: Mapping[str, object], command: str = "") -> None:
    """The link that reproduces the view, and the command where there is one."""
    with st.container(horizontal=True):
        show_link("attention", {"view": "positions", "positions_scheme": scheme, **values})
        if command:
            with st.popover(t("ui.command.label"), icon=":material/terminal:", help=t("ui.command.help")):
                st.markdown(t("attention.positions.command.explain"))
                st.code(f"python -m core positions {command} --json", language="bash", wrap_lines=True)
