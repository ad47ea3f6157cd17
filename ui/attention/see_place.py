"""Which head and which cell are looked at: chosen by control, by click, by table row or by link."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import GlassboxError
from ui.text import show_error

if TYPE_CHECKING:
    from core.attention.head_kinds import HeadKinds
    from core.attention.reading import Reading

TELLING = ("induction", "previous", "same")
"""Kinds of which the clearest head is shown first."""


def settle_place(reading: "Reading", kinds: "HeadKinds") -> None:
    """Make sure that the chosen layer, head and cell exist; says which of a link's do not."""
    state, model = st.session_state, reading.model
    first = next((kinds.heads_of(kind)[0] for kind in TELLING if kinds.heads_of(kind)), (0, 0))
    changed = state.get("attention.see.model") not in (None, model.name)
    state["attention.see.model"] = model.name
    for name, check, default in (
        ("layer", model.check_layer, first[0]),
        ("head", model.check_head, first[1]),
    ):
        key = f"attention.{name}"
        if changed:
            state[key] = default
        state.setdefault(key, default)
        try:
            check(int(state[key]))
        except GlassboxError as error:
            show_error(error)
            state[key] = default
    for key in ("attention.see_row", "attention.see_column"):
        if state.get(key, 1) > reading.length:
            state.pop(key)


def choose_head(layer: int, head: int) -> None:
    """Look at that head; the row stays, the column is the one that this head looks at most."""
    st.session_state["attention.layer"], st.session_state["attention.head"] = layer, head
    st.session_state.pop("attention.see_column", None)


def choose_cell(row: int, column: int | None = None) -> None:
    """Look at that token, counted from 0; without a column, at what it looks at most."""
    st.session_state["attention.see_row"] = row + 1
    st.session_state.pop("attention.see_column", None)
    if column is not None:
        st.session_state["attention.see_column"] = column + 1


def cell_of(reading: "Reading") -> tuple[int, int]:
    """The cell that is looked at, counted from 0: the chosen one, or the most telling one of the head."""
    from core.attention.small_maps import telling_cell

    state = st.session_state
    weights = reading.weights[state["attention.layer"], state["attention.head"]]
    row, column = state.get("attention.see_row"), state.get("attention.see_column")
    if row is None:
        return telling_cell(weights) if reading.length > 1 else (0, 0)
    if column is None or (reading.model.causal and column > row):
        return int(row) - 1, int(weights[int(row) - 1].argmax())
    return int(row) - 1, int(column) - 1


def clicked_data(key: str) -> list[Any] | None:
    """What the figure `key` attached to the mark that the reader clicked; None where it was no mark."""
    points = st.session_state[key]["selection"]["points"]
    return next((point["customdata"] for point in points if "customdata" in point), None)


def show_head_of_row(kinds: "HeadKinds") -> Callable[[], None]:
    """A callback of the table of kinds: go to the clearest head of the row that was chosen."""
    from core.attention.head_kinds import KINDS

    def choose() -> None:
        rows = st.session_state["attention.see.kind_table"]["selection"]["rows"]
        present = [kind for kind in KINDS if kinds.heads_of(kind)]
        if rows and rows[0] < len(present):
            st.session_state.pop("attention.see_row", None)
            choose_head(*kinds.heads_of(present[rows[0]])[0])

    return choose
