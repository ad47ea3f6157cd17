"""What must be computed again when the text grows by a token: nothing, or everything."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.sentences import first_text
from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.attention.controls import MODELS
from ui.attention.sentence import opened_model
from ui.inputs import show_csv, show_link
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.reuse import Growth

ADDED = 4
"""Tokens that arrive one by one."""
LONGEST = 400
"""Characters of the text that are read."""


def show_reuse() -> None:
    """The text, and the two models side by side."""
    st.markdown(t("attention.matter.reuse.lead"))
    st.session_state.setdefault("attention.matter_grown_text", first_text("one_token_more"))
    text = st.text_input(
        t("attention.matter.reuse.text_label"),
        key="attention.matter_grown_text",
        max_chars=LONGEST,
        help=t("attention.matter.reuse.text_help", added=ADDED),
        persist_state="session",
    )
    if not text.strip():
        st.info(t("attention.matter.empty"), icon=":material/edit:")
        return
    found = []
    for column, name in zip(st.columns(2, gap="large"), MODELS, strict=True):
        with column:
            grown = _growth(name, text)
            if grown is not None:
                found.append((name, grown))
                _show_growth(name, grown)
    if found:
        st.caption(t("attention.matter.reuse.reading"))
        with st.container(horizontal=True):
            show_link("attention", {"view": "matter", "matter_part": "reuse", "matter_grown_text": text})
            show_csv(lambda: csv_text(_rows(found)), "reuse.csv", "attention.matter.reuse.csv")


def _growth(name: str, text: str) -> "Growth | None":
    """The growth, kept in the session for the last text."""
    from core.attention.reuse import grow

    kept: dict[str, tuple[str, Growth]] = st.session_state.setdefault("attention.matter.growths", {})
    if name not in kept or kept[name][0] != text:
        try:
            model = opened_model(name)
            with turn_in_queue(st.empty()), st.spinner(t("attention.matter.reading")):
                kept[name] = (text, grow(model, text, ADDED))
        except GlassboxError as error:
            show_error(error)
            return None
    return kept[name][1]


def _show_growth(name: str, grown: "Growth") -> None:
    from core.plots.attention_matter_more import growth_figure

    title = t("attention.matter.reuse.title", model=t(f"attention.model.{name}"))
    st.plotly_chart(growth_figure(grown, title, t), key=f"attention.matter.reuse.chart.{name}")
    st.metric(
        t("attention.matter.reuse.metric"),
        t("attention.matter.reuse.times", value=grown.computed / grown.new),
        help=t(
            "attention.matter.reuse.metric_help", computed=grown.computed, new=grown.new, added=grown.grown
        ),
    )


def _rows(found: "list[tuple[str, Growth]]") -> list[dict[str, object]]:
    return [
        {
            t("attention.matter.reuse.model"): t(f"attention.model.{name}"),
            t("attention.matter.reuse.y"): layer + 1,
            t("attention.matter.reuse.x"): token,
            t("attention.matter.reuse.scale"): change,
        }
        for name, grown in found
        for layer, row in enumerate(grown.changes)
        for token, change in zip(grown.tokens, row, strict=True)
    ]
