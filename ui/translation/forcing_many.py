"""How the error grows after the parting, over all captions."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.cache import translation_growth
from ui.inputs import show_csv, show_link, show_segments
from ui.queue import turn_in_queue
from ui.text import show_error, t
from ui.translation.forcing_link import MODELS

if TYPE_CHECKING:
    from core.translation.forcing_growth import Growth


def show_many() -> None:
    """What is asked, the figures, and what they can and cannot say."""
    st.markdown(t("translation.forcing.many.asked"))
    model = show_segments("translation", "forcing_model", MODELS)
    try:
        with turn_in_queue(st.empty()), st.spinner(t("translation.forcing.many.measuring")):
            growth = translation_growth(model)
    except GlassboxError as error:
        show_error(error)
        return
    _show_summary(growth)
    _show_figures(growth)
    with st.expander(t("translation.forcing.many.limits_title"), icon=":material/help:"):
        st.markdown(t("translation.forcing.many.limits"))
    with st.container(horizontal=True):
        show_csv(
            lambda: csv_text(_rows(growth)), "forced_and_free_losses.csv", "translation.forcing.many.csv"
        )
        show_link("translation", {"view": "forcing", "forcing_part": "many", "forcing_model": model})


def _show_summary(growth: "Growth") -> None:
    with st.container(horizontal=True, gap="medium"):
        for name in ("forced_right", "free_right", "free_known"):
            value = getattr(growth, name)
            st.metric(
                t(f"translation.forcing.many.{name}"),
                f"{value.value:.0%}",
                delta=f"{value.low:.0%} … {value.high:.0%}",
                delta_color="off",
                delta_arrow="off",
                help=t(f"translation.forcing.many.{name}_help"),
                width="content",
            )
    if growth.after:
        free, slip = growth.excess("free"), growth.excess("slip")
        st.markdown(
            t(
                "translation.forcing.many.said",
                parted=growth.parted,
                sentences=growth.sentences,
                first=growth.first,
                free=free,
                slip=slip,
                share=100 * slip / free,
            )
        )


def _show_figures(growth: "Growth") -> None:
    from core.plots.translation_forcing_growth import after_figure, position_figure

    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(after_figure(growth, t), key="translation.forcing.after")
        st.caption(t("translation.forcing.after.reading"))
    with right:
        st.plotly_chart(position_figure(growth, t), key="translation.forcing.position")
        st.caption(t("translation.forcing.position.reading"))


def _rows(growth: "Growth") -> list[dict[str, object]]:
    """One row a place of either figure."""
    rows = []
    for kind, places in (("after", growth.after), ("position", growth.positions)):
        for place in places:
            row: dict[str, object] = {
                t("translation.forcing.column.counted"): t(f"translation.forcing.{kind}.x"),
                t("translation.forcing.column.place"): place.number,
                t("translation.forcing.column.sentences"): place.sentences,
            }
            for way, loss in place.losses.items():
                name = t(f"translation.forcing.way.{way}")
                row |= {name: loss.value, f"{name}, 2.5%": loss.low, f"{name}, 97.5%": loss.high}
            rows.append(row)
    return rows
