"""Controls that several experiments of the precision lab share."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.memory.quantise.weight_formats import BLOCKS
from ui.memory.precision_link import FIRST
from ui.text import naming, t


def show_choice(name: str, options: Sequence[str], words: str, named: str = "") -> str:
    """A list to choose from, under the key `memory.precision_<name>`.

    Args:
        name: of the control, as in a link.
        options: what can be chosen.
        words: key of its label; its help is `<words>_help`.
        named: key of an option's name with `*` for the option; empty shows options as they are.
    """
    key = f"memory.precision_{name}"
    st.session_state.setdefault(key, FIRST[name])
    more: dict[str, Any] = {"format_func": naming(named)} if named else {}
    return str(
        st.selectbox(
            t(words), list(options), key=key, help=t(f"{words}_help"), persist_state="session", **more
        )
    )


def show_number(name: str, low: int, high: int) -> int:
    """A whole number of the part on speed."""
    key = f"memory.precision_{name}"
    st.session_state.setdefault(key, FIRST[name])
    words = f"memory.precision.speed.{name}"
    return int(
        st.number_input(
            t(words), low, high, step=1, key=key, help=t(f"{words}_help"), persist_state="session"
        )
    )


def show_block() -> int:
    """How many weights share a scale."""
    st.session_state.setdefault("memory.precision_block", FIRST["block"])
    return int(
        st.select_slider(
            t("memory.precision.weights.block"),
            BLOCKS,
            key="memory.precision_block",
            help=t("memory.precision.weights.block_help"),
            persist_state="session",
        )
    )


def show_metrics(values: dict[str, str], words: str) -> None:
    """Figures in a row, their labels and explanations below the key `words`."""
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(t(f"{words}.{name}"), value, help=t(f"{words}.{name}_help"), width="content")
