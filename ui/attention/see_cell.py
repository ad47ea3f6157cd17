"""The arithmetic of one cell, step by step, with this head's own numbers."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.plots.attention_see_cell import (
    product_figure,
    row_table,
    terms_in_words,
    value_figure,
    values_in_words,
)
from ui.attention.see_place import choose_cell
from ui.inputs import show_csv
from ui.text import t

if TYPE_CHECKING:
    from core.attention.cell_arithmetic import CellArithmetic
    from core.attention.reading import Reading


def show_cell(reading: "Reading", layer: int, head: int, row: int, column: int) -> None:
    """Product, division, mask, softmax, weighted sum."""
    from core.attention.cell_arithmetic import explain_cell

    st.markdown(t("attention.see.cell.lead"))
    _show_choice(reading, row, column)
    cell = explain_cell(reading, layer, head, row, column)
    _show_product(reading, cell)
    _show_scaling_and_mask(reading, cell)
    _show_softmax(reading, cell)
    _show_values(reading, cell)


def _show_choice(reading: "Reading", row: int, column: int) -> None:
    """The two tokens as lists; the same choice as a click on the map."""
    places = list(range(reading.length))
    names = {place: f"{place + 1} · {reading.tokens[place].replace(chr(10), '↵')}" for place in places}
    with st.container(horizontal=True, gap="medium"):
        for name, value in (("row", row), ("column", column)):
            st.session_state[f"attention.see.cell_{name}"] = value
            st.selectbox(
                t(f"attention.see.cell.{name}"),
                places,
                format_func=names.__getitem__,
                key=f"attention.see.cell_{name}",
                help=t(f"attention.see.cell.{name}_help"),
                on_change=_chosen,
                args=(name,),
                width=300,
            )


def _chosen(name: str) -> None:
    row = st.session_state["attention.see.cell_row"]
    choose_cell(row, st.session_state["attention.see.cell_column"] if name == "column" else None)


def _show_product(reading: "Reading", cell: "CellArithmetic") -> None:
    st.markdown(
        t(
            f"attention.see.cell.step1_{'causal' if reading.model.causal else 'both'}",
            group=cell.key_value_head,
        )
    )
    product = cell.products[cell.column].item()
    st.latex(rf"q \cdot k = {terms_in_words(cell)} = {product:.3f}")
    st.plotly_chart(product_figure(cell, reading.tokens, t), key="attention.see.product")
    st.caption(t("attention.see.cell.product_reading"))


def _show_scaling_and_mask(reading: "Reading", cell: "CellArithmetic") -> None:
    product, scaled = cell.products[cell.column].item(), cell.scaled[cell.column].item()
    st.markdown(t("attention.see.cell.step2"))
    st.latex(
        rf"s = \frac{{{product:.3f}}}{{\sqrt{{{reading.model.head_width}}}}}"
        rf" = \frac{{{product:.3f}}}{{{cell.divisor:.3f}}} = {scaled:.3f}"
    )
    mask = "both" if not reading.model.causal else "seen" if cell.allowed[cell.column] else "hidden"
    st.markdown(
        t(
            f"attention.see.cell.step3_{mask}",
            row=cell.row + 1,
            column=cell.column + 1,
            seen=int(cell.allowed.sum()),
        )
    )


def _show_softmax(reading: "Reading", cell: "CellArithmetic") -> None:
    st.markdown(t("attention.see.cell.step4", largest=cell.scaled[cell.allowed].max().item()))
    part, weight = cell.exponentials[cell.column].item(), cell.weights[cell.column].item()
    st.latex(
        r"w = \frac{e^{s - s_{\max}}}{\sum e^{s - s_{\max}}}"
        rf" = \frac{{{part:.4f}}}{{{cell.total:.4f}}} = {weight:.4f}"
    )
    rows = row_table(cell, reading.tokens, t)
    st.dataframe(
        rows, hide_index=True, key="attention.see.softmax", height=min(36 * (len(rows) + 1) + 3, 400)
    )
    st.caption(t("attention.see.cell.softmax_reading"))
    show_csv(lambda: csv_text(rows), "softmax.csv", "attention.see.softmax_download")


def _show_values(reading: "Reading", cell: "CellArithmetic") -> None:
    st.markdown(t("attention.see.cell.step5"))
    st.latex(rf"o_0 = \sum_j w_j\,v_{{j,0}} = {values_in_words(cell)} = {cell.output[0].item():.4f}")
    st.plotly_chart(value_figure(cell, reading.tokens, t), key="attention.see.values")
    st.caption(t("attention.see.cell.value_reading"))
