"""Encoder, bridge, decoder on the reader's sentence."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.inputs import show_csv, show_link, show_segments
from ui.queue import turn_in_queue
from ui.text import show_error, t
from ui.translation.inside_link import MODELS
from ui.translation.inside_sentence import as_code, show_sentence

if TYPE_CHECKING:
    from core.translation.inside.bridge import Journey

KEPT = "translation.inside.journey"


def show_model() -> None:
    """Inputs and stages on the left; what is held, and what each word is worth, on the right."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        model = show_segments("translation", "inside_model", MODELS)
        text = show_sentence()
    with right:
        try:
            journey = _journey(model, text)
        except GlassboxError as error:
            show_error(error)
            return
    with left:
        _show_stages(journey)
        with st.container(horizontal=True):
            show_csv(lambda: csv_text(_rows(journey)), "words.csv", "translation.inside.model.csv")
            show_link(
                "translation",
                {"view": "inside", "inside_part": "model", "inside_model": model, "inside_text": text},
            )
    with right:
        _show_figures(journey)


def _journey(model: str, text: str) -> "Journey":
    """The sentence's way through the model, computed once.

    Raises:
        GlassboxError: the text is empty or too long, or the model is not there.
    """
    from core.translation.inside.bridge import journey
    from core.translation.shipped import shipped_translator

    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != (model, text):
        with turn_in_queue(st.empty()):
            kept = (model, text), journey(shipped_translator(model), text)
        st.session_state[KEPT] = kept
    found: Journey = kept[1]
    return found


def _show_stages(journey: "Journey") -> None:
    st.markdown(t(f"translation.inside.bridge.{journey.architecture}"))
    st.metric(
        t("translation.inside.bridge.label"),
        f"{journey.bridge:,}",
        delta=t("translation.inside.bridge.each", numbers=journey.bridge / len(journey.source)),
        delta_color="off",
        delta_arrow="off",
        help=t("translation.inside.bridge.help"),
    )
    st.dataframe(
        [
            {
                t("translation.inside.column.stage"): t(f"translation.inside.stage.{stage.name}"),
                t("translation.inside.column.shape"): " × ".join(map(str, stage.shape)),
                t("translation.inside.column.numbers"): stage.numbers,
            }
            for stage in journey.stages
        ],
        hide_index=True,
        key="translation.inside.stages",
    )
    st.markdown(t("translation.inside.wrote", text=as_code(journey.translation)))


def _show_figures(journey: "Journey") -> None:
    from core.plots.translation_inside_bridge import states_figure, worth_figure

    st.plotly_chart(worth_figure(journey, t), key="translation.inside.worth")
    st.caption(t("translation.inside.worth.reading"))
    st.plotly_chart(states_figure(journey, t), key="translation.inside.states")
    st.caption(t(f"translation.inside.states.{journey.architecture}"))


def _rows(journey: "Journey") -> list[dict[str, object]]:
    return [
        {t("translation.inside.worth.x"): token, t("translation.inside.worth.y"): worth}
        for token, worth in zip(journey.source, journey.worth, strict=True)
    ]
