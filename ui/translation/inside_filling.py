"""Lengths: filling counted on real sentences, buckets, and the proof that masks make filling harmless."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.cache import translation_mask_proof
from ui.inputs import show_csv, show_link, show_segments
from ui.queue import turn_in_queue
from ui.text import show_error, t
from ui.translation.inside_link import BATCHES, DATA

if TYPE_CHECKING:
    from core.translation.inside.filling import Filling

GRAMMAR_PAIRS = 1000
KEPT = "translation.inside.fillings"


def show_filling() -> None:
    """Counts on top, the proof below."""
    st.markdown(t("translation.inside.filling.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        data, batch = _show_inputs()
    try:
        fillings = _fillings(data, batch)
    except GlassboxError as error:
        show_error(error)
        return
    with left:
        _show_counts(fillings, data, batch)
    with right:
        _show_figures(fillings)
    st.subheader(t("translation.inside.proof.heading"), anchor=False)
    st.markdown(t("translation.inside.proof.asked"))
    _show_proof()


def _show_inputs() -> tuple[str, int]:
    data = show_segments("translation", "inside_data", DATA)
    st.session_state.setdefault("translation.inside_batch", 16)
    batch = st.slider(
        t("translation.inside.batch.label"),
        *BATCHES,
        key="translation.inside_batch",
        help=t("translation.inside.batch.help"),
        persist_state="session",
    )
    return data, batch


def _fillings(data: str, batch: int) -> "tuple[Filling, ...]":
    """The ways of batching, computed once for these settings.

    Raises:
        GlassboxError: the model, whose vocabulary counts the tokens, is not there.
    """
    from core.translation.captions import captions
    from core.translation.grammar.pairs import grammar_pairs
    from core.translation.inside.filling import fillings
    from core.translation.shipped import shipped_translator

    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != (data, batch):
        sentences = captions().source if data == "captions" else grammar_pairs(GRAMMAR_PAIRS).source
        ids = shipped_translator("transformer").vocabulary.encode(sentences)
        kept = (data, batch), fillings([len(each) + 1 for each in ids], batch)
        st.session_state[KEPT] = kept
    found: tuple[Filling, ...] = kept[1]
    return found


def _show_counts(fillings: "tuple[Filling, ...]", data: str, batch: int) -> None:
    mixed, ranked = fillings[0], fillings[1]
    st.markdown(
        t(
            "translation.inside.filling.said",
            sentences=sum(map(len, mixed.batches)),
            mixed=100 * mixed.share,
            sorted=100 * ranked.share,
            saved=100 * (1 - ranked.places / mixed.places),
        )
    )
    rows = [
        {
            t("translation.inside.column.way"): t(f"translation.inside.way.{filling.way}"),
            t("translation.inside.column.share"): f"{filling.share:.1%}",
            t("translation.inside.column.batches"): len(filling.batches),
            t("translation.inside.column.places"): filling.places,
            t("translation.inside.column.filled"): filling.filled,
        }
        for filling in fillings
    ]
    st.dataframe(rows, hide_index=True, key="translation.inside.filling.table")
    st.caption(t("translation.inside.filling.reading"))
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "filling.csv", "translation.inside.filling.csv")
        show_link(
            "translation",
            {"view": "inside", "inside_part": "filling", "inside_data": data, "inside_batch": batch},
        )


def _show_figures(fillings: "tuple[Filling, ...]") -> None:
    from core.plots.translation_inside_filling import batch_figure, share_figure

    st.plotly_chart(share_figure(fillings, t), key="translation.inside.share")
    for filling in fillings[:2]:
        st.plotly_chart(batch_figure(filling, t), key=f"translation.inside.batch.{filling.way}")
    st.caption(t("translation.inside.batch.reading"))


def _show_proof() -> None:
    from core.plots.translation_inside_filling import proof_figure

    try:
        with turn_in_queue(st.empty()), st.spinner(t("translation.inside.proof.measuring")):
            proof = translation_mask_proof()
    except GlassboxError as error:
        show_error(error)
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        for name in ("masked", "unmasked"):
            st.metric(
                t(f"translation.inside.proof.difference.{name}"),
                f"{getattr(proof, f'{name}_difference'):.2g}",
                help=t("translation.inside.proof.difference_help"),
            )
        st.markdown(t("translation.inside.proof.why"))
    with right:
        st.plotly_chart(proof_figure(proof, t), key="translation.inside.proof")
        st.caption(t("translation.inside.proof.reading", sentences=proof.sentences))
