"""The controls of a step that is to be measured."""

from typing import Any

import streamlit as st

from ui.memory.check_link import CHOICES, NUMBERS
from ui.text import naming, t

FIRST_CHOICES = {"method": "lora", "dtype": "fp32"}
OF_METHOD = {
    "freeze": ("layers",),
    "lora": ("rank", "targets"),
    "adalora": ("rank", "targets"),
    "prompt": ("tokens",),
    "prefix": ("tokens",),
    "p-tuning": ("tokens", "hidden"),
}
"""What each method asks for beside the rest."""
SEGMENTS = ("preset", "dtype", "checkpointing", "attention")
WITHOUT = {"smollm2-135m": ("bitfit",)}
"""Methods that a model has nothing for: SmolLM2 has no biases."""


def show_settings() -> dict[str, object]:
    """The settings of the step, those that its method does not use left out."""
    values: dict[str, object] = {"preset": _show_choice("preset")}
    values["method"] = method = _show_choice("method", without=WITHOUT.get(str(values["preset"]), ()))
    for name in OF_METHOD.get(str(method), ()):
        values[name] = _show_choice(name) if name in CHOICES else _show_number(name)
    left, right = st.columns(2)
    with left:
        values["batch"] = _show_number("batch")
    with right:
        values["length"] = _show_number("length")
    for name in ("dtype", "optimizer", "checkpointing", "attention"):
        values[name] = _show_choice(name)
    return values


def _show_choice(name: str, without: tuple[str, ...] = ()) -> str:
    key = f"memory.check_{name}"
    options = [option for option in CHOICES[name] if option not in without]
    first = FIRST_CHOICES.get(name, options[0])
    if st.session_state.get(key, first) not in options:
        st.session_state[key] = first
    st.session_state.setdefault(key, first)
    common: dict[str, Any] = {
        "label": t(f"memory.check.set.{name}.label"),
        "options": options,
        "format_func": naming(f"memory.check.set.{name}.*"),
        "key": key,
        "help": t(f"memory.check.set.{name}.help"),
        "persist_state": "session",
    }
    chosen = (
        st.segmented_control(**common, required=True, wrap=True)
        if name in SEGMENTS
        else st.selectbox(**common)
    )
    return str(chosen or first)


def _show_number(name: str) -> int:
    low, high, first = NUMBERS[name]
    key = f"memory.check_{name}"
    st.session_state.setdefault(key, first)
    return int(
        st.number_input(
            t(f"memory.check.set.{name}.label"),
            low,
            high,
            step=1,
            key=key,
            help=t(f"memory.check.set.{name}.help"),
            persist_state="session",
        )
    )
