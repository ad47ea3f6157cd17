"""Two closer looks at the bar: each term's formula with its numbers, and what one block keeps."""

import streamlit as st

from core.csv_export import csv_text
from core.memory.breakdown import Breakdown
from core.memory.kept import kept_of_a_block
from core.plots.memory_calculate_bar import term_csv_rows, term_rows
from core.plots.memory_calculate_model import kept_figure
from core.plots.memory_terms import MEBIBYTE
from ui.inputs import show_csv
from ui.text import t


def show_terms(breakdown: Breakdown) -> None:
    """The table of terms."""
    st.table(term_rows(breakdown, t), hide_index=True, border="horizontal")
    st.caption(t("memory.calculate.terms.reading"))
    rows = term_csv_rows(breakdown, t)
    show_csv(lambda: csv_text(rows), "memory.csv", "memory.calculate.terms.csv")


def show_kept(breakdown: Breakdown) -> None:
    """The tensors that wait for the backward pass, in the block that keeps most."""
    kept = kept_of_a_block(breakdown)
    if kept is None:
        method = "inference" if breakdown.saved is None else "none"
        st.info(t(f"memory.calculate.kept.{method}"), icon=":material/info:")
        return
    tokens = breakdown.plan.batch * breakdown.plan.length
    st.markdown(
        t(
            "memory.calculate.kept.lead",
            tokens=tokens,
            each=kept.total / tokens,
            blocks=kept.blocks,
            all=kept.blocks * kept.total / MEBIBYTE,
        )
    )
    st.plotly_chart(kept_figure(kept, t), key="memory.calculate.kept.chart")
    st.caption(t("memory.calculate.kept.reading"))
    st.markdown(
        t(
            "memory.calculate.kept.formula",
            formula=kept.formula / MEBIBYTE,
            total=kept.total / MEBIBYTE,
            ratio=kept.total / kept.formula,
        )
    )
    rows = [
        {
            t("memory.calculate.column.tensor"): t(f"memory.predict.kept.{tensor.name}"),
            t("memory.calculate.column.exact"): tensor.bytes,
        }
        for tensor in kept.tensors
    ]
    show_csv(lambda: csv_text(rows), "activations.csv", "memory.calculate.kept.csv")
