"""Make it fit: the way down to the card, and what each remedy frees alone, to be applied with a click."""

from typing import Any

import streamlit as st

from core.memory.breakdown import Breakdown
from core.memory.levers import Changes, levers, path_to_fit
from core.plots.memory_calculate_levers import lever_rows, path_figure
from core.plots.memory_terms import GIBIBYTE
from ui.memory.calculate_kept import kept_for
from ui.memory.calculate_settings import apply, card_gigabytes, card_memory, card_title
from ui.text import naming, t


def show_levers(settings: dict[str, Any], breakdown: Breakdown) -> None:
    """The path where one is needed, then the table of remedies."""
    memory = card_memory()
    if breakdown.needed_per_device <= memory:
        st.markdown(t("memory.calculate.path.fits", card=card_title()))
    else:
        _show_path(settings, breakdown, memory)
    found = kept_for("levers", settings, lambda: levers(settings))
    st.markdown(t("memory.calculate.levers.lead"))
    st.table(lever_rows(found, memory, t), hide_index=True, border="horizontal")
    st.caption(t("memory.calculate.levers.reading"))
    changes = {lever.name: lever.changes for lever in found}
    key = "memory.calculate.lever_chosen"
    if st.session_state.get(key) not in changes:
        st.session_state.pop(key, None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            t("memory.calculate.levers.choose"),
            list(changes),
            format_func=naming("memory.calculate.short.*"),
            key=key,
            help=t("memory.calculate.levers.choose_help"),
        )
        _show_apply("memory.calculate.lever.apply_one", changes[name], "memory.calculate.levers.apply")


def _show_path(settings: dict[str, Any], breakdown: Breakdown, memory: int) -> None:
    steps = kept_for("path", {**settings, "memory": memory}, lambda: path_to_fit(settings, memory))
    end = steps[-1].breakdown.needed_per_device if steps else breakdown.needed_per_device
    said = "reached" if end <= memory else "short"
    st.markdown(
        t(
            f"memory.calculate.path.{said}",
            card=card_title(),
            steps=len(steps),
            start=breakdown.needed_per_device / GIBIBYTE,
            end=end / GIBIBYTE,
        )
    )
    st.plotly_chart(
        path_figure(breakdown, steps, card_title(), card_gigabytes(), t), key="memory.calculate.path.chart"
    )
    st.caption(t("memory.calculate.path.reading"))
    merged: Changes = {}
    for step in steps:
        merged.update(step.changes)
    if merged:
        _show_apply("memory.calculate.path.apply_all", merged, "memory.calculate.path.apply")


def _show_apply(key: str, changes: Changes, label: str) -> None:
    st.button(
        t(label),
        key=key,
        icon=":material/tune:",
        help=t("memory.calculate.levers.apply_help"),
        on_click=apply,
        args=(changes,),
    )
