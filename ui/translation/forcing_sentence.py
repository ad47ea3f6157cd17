"""One sentence, decoded along its reference and freely."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.inputs import show_csv, show_link, show_segments
from ui.queue import turn_in_queue
from ui.text import show_error, t
from ui.translation.forcing_link import MODELS

if TYPE_CHECKING:
    from core.translation.forcing import Compared

FIRST_CAPTION = 45
STRIDE = 7
"""From one caption to the next that is offered: no divisor of their number, so that all have their turn."""
KEPT = "translation.forcing.compared"


def show_sentence() -> None:
    """Inputs and figures in two columns, the table below."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        model, source, reference = _show_inputs()
    with right:
        try:
            compared = _compared(model, source, reference)
        except GlassboxError as error:
            show_error(error)
            return
    with left:
        _show_figures(compared)
    with right:
        _show_ladder(compared)
    rows = _rows(compared)
    st.dataframe(rows, hide_index=True, key="translation.forcing.table")
    st.caption(t("translation.forcing.table.reading"))
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "forced_and_free.csv", "translation.forcing.csv")
        show_link(
            "translation",
            {
                "view": "forcing",
                "forcing_part": "sentence",
                "forcing_model": model,
                "forcing_source": source,
                "forcing_reference": reference,
            },
        )


def _show_inputs() -> tuple[str, str, str]:
    """Model, German sentence, English reference."""
    if "translation.forcing_source" not in st.session_state:
        _put_caption(FIRST_CAPTION)
    model = show_segments("translation", "forcing_model", MODELS)
    source = st.text_area(
        t("translation.forcing.source.label"),
        key="translation.forcing_source",
        height=80,
        max_chars=4000,
        help=t("translation.forcing.source.help"),
        persist_state="session",
    )
    st.session_state.setdefault("translation.forcing_reference", "")
    reference = st.text_area(
        t("translation.forcing.reference.label"),
        key="translation.forcing_reference",
        height=80,
        max_chars=4000,
        help=t("translation.forcing.reference.help"),
        persist_state="session",
    )
    st.button(
        t("translation.forcing.another.label"),
        key="translation.forcing.another",
        icon=":material/casino:",
        help=t("translation.forcing.another.help"),
        on_click=_next_caption,
    )
    return model, source, reference


def _next_caption() -> None:
    _put_caption(st.session_state.get("translation.forcing.caption", FIRST_CAPTION) + STRIDE)


def _put_caption(number: int) -> None:
    from core.translation.captions import captions

    pairs = captions()
    st.session_state["translation.forcing.caption"] = number % len(pairs)
    st.session_state["translation.forcing_source"] = pairs.source[number % len(pairs)]
    st.session_state["translation.forcing_reference"] = pairs.target[number % len(pairs)]


def _compared(model: str, source: str, reference: str) -> "Compared":
    """The decodings of this input, computed once.

    Raises:
        GlassboxError: a side is empty or too long, or the model is not there.
    """
    from core.translation.forcing import compare_sentence
    from core.translation.shipped import shipped_translator

    asked = (model, source, reference)
    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != asked:
        with turn_in_queue(st.empty()):
            kept = asked, compare_sentence(shipped_translator(model), source, reference)
        st.session_state[KEPT] = kept
    compared: Compared = kept[1]
    return compared


def _show_figures(compared: "Compared") -> None:
    forced, free = compared.traces["forced"], compared.traces["free"]
    places = len(compared.reference)
    with st.container(horizontal=True, gap="medium"):
        for name, trace in (("forced", forced), ("free", free)):
            right = sum(map(int.__eq__, trace.wrote, trace.right))
            st.metric(
                t(f"translation.forcing.right.{name}"),
                f"{right} / {places}",
                help=t(f"translation.forcing.right.{name}_help"),
                width="content",
            )
    if compared.parting is None:
        st.success(t("translation.forcing.together"), icon=":material/join:")
    else:
        st.markdown(
            t(
                "translation.forcing.parted",
                place=compared.parting + 1,
                own=_code(compared.spelled["forced"][1][compared.parting]),
                right=_code(compared.reference[compared.parting]),
                percent=100 * compared.probabilities("forced")[compared.parting],
            )
        )
    st.markdown(t("translation.forcing.wrote", text=_code(compared.translation)))


def _show_ladder(compared: "Compared") -> None:
    from core.plots.translation_forcing import chance_figure, ladder_figure

    st.plotly_chart(ladder_figure(compared, t), key="translation.forcing.ladder")
    st.caption(t("translation.forcing.ladder.reading"))
    st.plotly_chart(chance_figure(compared, t), key="translation.forcing.chance")
    st.caption(t("translation.forcing.chance.reading"))


def _code(text: str) -> str:
    """Text that a reader or a model wrote, as text."""
    return f"`{text.replace('`', 'ˋ').strip() or '∅'}`"


def _rows(compared: "Compared") -> list[dict[str, object]]:
    """One row a place; a way that has ended leaves its cells empty."""
    rows = []
    for place, right in enumerate(compared.reference):
        row: dict[str, object] = {
            t("translation.forcing.column.place"): place + 1,
            t("translation.forcing.column.right"): right,
        }
        for way in ("forced", "free", "slip"):
            given, wrote = compared.spelled[way]
            there = place < len(wrote)
            name = t(f"translation.forcing.way.{way}")
            row |= {
                t("translation.forcing.column.given", way=name): given[place] if there else "",
                t("translation.forcing.column.wrote", way=name): wrote[place] if there else "",
                t("translation.forcing.column.chance", way=name): (
                    f"{compared.probabilities(way)[place]:.1%}" if there else ""
                ),
            }
        rows.append(row)
    return rows
