"""The calculator's controls, each under its setting's name; their wording is `memory.calculate.<name>.*`."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ui.memory.calculate_settings import DEFAULTS, chosen, key_of
from ui.text import naming, t


def choose(name: str, options: Sequence[Any], named: Callable[[Any], str] | None = None) -> Any:
    """One of `options` from a list; what was chosen before and is no longer offered gives way."""
    if chosen(name) not in options:
        st.session_state[key_of(name)] = options[0]
    st.session_state.setdefault(key_of(name), DEFAULTS[name])
    words = naming(f"memory.calculate.{name}.*")
    return st.selectbox(
        t(f"memory.calculate.{name}.label"),
        options,
        format_func=named or (lambda option: words(str(option))),
        key=key_of(name),
        help=t(f"memory.calculate.{name}.help"),
        persist_state="session",
    )


def number(name: str, least: int, most: int, step: int = 1) -> int:
    """A whole number; one that is now out of bounds moves to the nearest."""
    st.session_state[key_of(name)] = min(max(chosen(name), least), most)
    return int(
        st.number_input(
            t(f"memory.calculate.{name}.label"),
            least,
            most,
            step=step,
            key=key_of(name),
            help=t(f"memory.calculate.{name}.help"),
            persist_state="session",
        )
    )


def slide(name: str, options: Sequence[Any]) -> Any:
    """One of some numbers on a slider; one that is no longer there moves to the nearest."""
    now = chosen(name)
    st.session_state[key_of(name)] = min(options, key=lambda option: abs(option - now))
    return st.select_slider(
        t(f"memory.calculate.{name}.label"),
        options,
        key=key_of(name),
        help=t(f"memory.calculate.{name}.help"),
        persist_state="session",
    )


def switch(name: str) -> bool:
    """Yes or no."""
    st.session_state.setdefault(key_of(name), DEFAULTS[name])
    return st.toggle(
        t(f"memory.calculate.{name}.label"),
        key=key_of(name),
        help=t(f"memory.calculate.{name}.help"),
        persist_state="session",
    )
