"""Which cards are large enough, and which batches and lengths fit the chosen one."""

from typing import Any

import streamlit as st

from core.csv_export import csv_text
from core.memory.breakdown import Breakdown
from core.memory.fit import fitting_cards
from core.memory.fit_grid import fit_grid
from core.plots.memory_calculate_fit import cards_figure, grid_figure
from ui.inputs import show_csv
from ui.memory.calculate_kept import kept_for
from ui.memory.calculate_settings import card_memory, card_title
from ui.text import t


def show_fit(settings: dict[str, Any], breakdown: Breakdown) -> None:
    """The cards, then the grid of batch and length."""
    fits = fitting_cards(breakdown)
    enough = next((fit.card.name for fit in fits if fit.fits), None)
    if enough:
        st.markdown(t("memory.calculate.cards.smallest", card=enough))
    else:
        st.markdown(t("memory.calculate.cards.none"))
    st.plotly_chart(cards_figure(fits, t), key="memory.calculate.cards.chart")
    st.caption(t("memory.calculate.cards.reading"))
    grid = kept_for("grid", settings, lambda: fit_grid(breakdown.plan))
    st.plotly_chart(grid_figure(grid, card_memory(), card_title(), t), key="memory.calculate.grid.chart")
    st.caption(t("memory.calculate.grid.reading"))
    rows = [
        {
            t("memory.calculate.column.batch"): batch,
            t("memory.calculate.column.length"): length,
            t("memory.calculate.column.exact"): needed,
        }
        for batch, row in zip(grid.batches, grid.needed, strict=True)
        for length, needed in zip(grid.lengths, row, strict=True)
    ]
    show_csv(lambda: csv_text(rows), "batch-and-length.csv", "memory.calculate.grid.csv")
