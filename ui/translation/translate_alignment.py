"""Where each written token looked in the German sentence."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.plots.translation_translate_alignment import alignment_figure, heads_figure
from ui.inputs import show_csv, show_segments
from ui.text import t
from ui.translation.translate_choice import Chosen, choose_translation
from ui.translation.translate_link import LOOKS

if TYPE_CHECKING:
    from core.translation.alignment import Shares
    from core.translation.follow import Opened


def show_alignment(chosen: Chosen) -> None:
    """One map, of a head or averaged; and all heads small."""
    opened = choose_translation(chosen)
    if opened.alignment is None:
        st.info(t("translation.translate.alignment.none"), icon=":material/visibility_off:")
        return
    weights, title = _show_look(opened.alignment)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(alignment_figure(opened, weights, title, t), key="translation.translate.alignment")
        st.caption(t("translation.translate.alignment.reading"))
    with right:
        _show_table(opened, weights)
    layers, heads = opened.alignment.shape[:2]
    if layers * heads > 1:
        st.plotly_chart(heads_figure(opened, t), key="translation.translate.heads")
        st.caption(t("translation.translate.heads.reading"))


def _show_look(alignment: "Shares") -> "tuple[Shares, str]":
    """The map that the reader chose, and its title."""
    from core.translation.alignment import weights_of

    layers, heads = alignment.shape[:2]
    if layers * heads == 1:
        return weights_of(alignment), t("translation.translate.alignment.title.only")
    look = show_segments("translation", "translate_look", LOOKS)
    if look == "average":
        return weights_of(alignment), t("translation.translate.alignment.title.average")
    columns = st.columns(2)
    with columns[0]:
        layer = _show_number("layer", layers, layers)
    if look == "layer":
        return weights_of(alignment, layer - 1), t("translation.translate.alignment.title.layer", layer=layer)
    with columns[1]:
        head = _show_number("head", heads, 1)
    return (
        weights_of(alignment, layer - 1, head - 1),
        t("translation.translate.alignment.title.head", layer=layer, head=head),
    )


def _show_number(name: str, most: int, first: int) -> int:
    """Layer or head, from 1; a model of one has nothing to choose."""
    if most == 1:
        return 1
    key = f"translation.translate_{name}"
    st.session_state[key] = min(int(st.session_state.get(key, first)), most)
    return int(
        st.slider(
            t(f"translation.translate.{name}.label"),
            1,
            most,
            key=key,
            help=t(f"translation.translate.{name}.help"),
            persist_state="session",
        )
    )


def _show_table(opened: "Opened", weights: "Shares") -> None:
    from core.translation.alignment import looked_at

    looked = looked_at(opened, weights)
    rows = [
        {
            t("translation.translate.column.token"): each.token.replace("\u2581", "_"),
            t("translation.translate.column.looked"): each.source.replace("\u2581", "_"),
            t("translation.translate.column.share"): round(each.share, 3),
            t("translation.translate.column.resting"): round(each.resting, 3),
            t("translation.translate.column.evenness"): round(each.evenness, 3),
        }
        for each in looked
    ]
    count = len(looked)
    with st.container(horizontal=True, gap="large"):
        for name, value in (
            ("resting", sum(each.resting for each in looked) / count),
            ("share", sum(each.share for each in looked) / count),
        ):
            st.metric(
                t(f"translation.translate.alignment.metric.{name}"),
                f"{value:.0%}",
                help=t(f"translation.translate.alignment.metric.{name}_help"),
                width="content",
            )
    st.dataframe(rows, hide_index=True, key="translation.translate.alignment.table")
    show_csv(lambda: csv_text(rows), "alignment.csv", "translation.translate.alignment.csv")
