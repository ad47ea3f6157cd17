"""What each part of the trained Transformer is worth, over many captions."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.cache import translation_removal_costs
from ui.inputs import show_csv, show_link
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.translation.inside.removal_costs import RemovalCosts

ASKED = "translation.inside.costs.asked"


def show_remove() -> None:
    """A button at first, for it takes some seconds; then three figures."""
    st.markdown(t("translation.inside.costs.asked"))
    pressed = st.button(
        t("translation.inside.costs.run"),
        key="translation.inside.costs.run",
        type="primary",
        icon=":material/play_arrow:",
        help=t("translation.inside.costs.run_help"),
    )
    if pressed:
        st.session_state[ASKED] = True
    if not st.session_state.get(ASKED):
        st.info(t("translation.inside.costs.empty"), icon=":material/content_cut:")
        return
    try:
        with turn_in_queue(st.empty()), st.spinner(t("translation.inside.costs.measuring")):
            costs = translation_removal_costs()
    except GlassboxError as error:
        show_error(error)
        return
    _show_costs(costs)


def _show_costs(costs: "RemovalCosts") -> None:
    from core.plots.translation_inside_parts import heads_figure, path_figure, whole_figure

    heads = costs.of("head")
    st.markdown(
        t(
            "translation.inside.costs.said",
            sentences=costs.sentences,
            loss=costs.loss,
            heads=len(heads),
            cheap=sum(row.extra.value < 0.05 * costs.loss for row in heads),
            dearest=heads[0].extra.value,
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(whole_figure(costs, t), key="translation.inside.whole")
        st.caption(t("translation.inside.whole.reading"))
        st.plotly_chart(heads_figure(costs, t), key="translation.inside.heads")
        st.caption(t("translation.inside.heads.reading"))
    with right:
        st.plotly_chart(path_figure(costs, t), key="translation.inside.paths")
        st.caption(t("translation.inside.paths.reading"))
    with st.expander(t("translation.inside.costs.limits_title"), icon=":material/help:"):
        st.markdown(t("translation.inside.costs.limits"))
    with st.container(horizontal=True):
        show_csv(lambda: csv_text(_rows(costs)), "removals.csv", "translation.inside.costs.csv")
        show_link("translation", {"view": "inside", "inside_part": "remove"})


def _rows(costs: "RemovalCosts") -> list[dict[str, object]]:
    return [
        {
            t("translation.inside.column.removed"): ", ".join(removal.code for removal in row.removed),
            t("translation.inside.costs.x"): row.extra.value,
            "2.5%": row.extra.low,
            "97.5%": row.extra.high,
        }
        for row in costs.rows
    ]
