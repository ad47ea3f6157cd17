"""Sinusoidal positions: the table, likeness against distance, and the rotation from one place to the next."""

import streamlit as st

from core.attention.positions import distance, sinusoidal
from core.csv_export import csv_text
from core.plots.attention_positions_sinusoidal import products_figure, table_figure, table_rows, turn_figure
from ui.attention.positions_link import BASES, WIDTHS, show_bar, show_choice, show_slider
from ui.inputs import show_csv
from ui.text import t

LENGTH = 128


def show_sinusoidal() -> None:
    """Controls, three figures, the formulas with the chosen numbers."""
    st.markdown(t("attention.positions.sinusoidal.lead"))
    controls, table_place = st.columns([2, 3], gap="large")
    with controls:
        width = int(show_choice("width", WIDTHS, "64"))
        base = float(show_choice("base", BASES, "10000"))
        position = show_slider("at", 0, LENGTH - 1, 40)
        pair = show_slider("pair", 0, width // 2 - 1, 4)
        shift = show_slider("shift", -40, 40, 10)
        show_bar(
            "sinusoidal",
            {
                "positions_width": width,
                "positions_base": int(base),
                "positions_at": position,
                "positions_pair": pair,
                "positions_shift": shift,
            },
            f"--scheme sinusoidal --dim {width} --length {LENGTH} --base {base:.0f}",
        )
    table = sinusoidal.encoding(LENGTH, width, base)
    with table_place:
        title = t("attention.positions.sinusoidal.table")
        st.plotly_chart(
            table_figure(table, position, pair, title, t), key="attention.positions.sinusoidal.table"
        )
        st.caption(t("attention.positions.sinusoidal.table_reading"))
    show_csv(lambda: csv_text(table_rows(table)), "sinusoidal.csv", "attention.positions.sinusoidal.csv")
    _show_wave(width, base, position, pair)
    _show_relations(width, base, position, pair, shift)


def _show_wave(width: int, base: float, position: int, pair: int) -> None:
    found = sinusoidal.turn(position, 0, pair, width, base)
    st.markdown(
        t(
            "attention.positions.sinusoidal.formula",
            pair=pair,
            even=2 * pair,
            odd=2 * pair + 1,
            dim=width,
            base=f"{base:.0f}",
            speed=found.speed,
            turn=sinusoidal.wavelength(found.speed),
            place=position,
            angle=position * found.speed,
            sine=found.start[0],
            cosine=found.start[1],
        )
    )


def _show_relations(width: int, base: float, position: int, pair: int, shift: int) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        products = distance.dot_products(sinusoidal.encoding(LENGTH, width, base))[position]
        st.plotly_chart(products_figure(products, position, t), key="attention.positions.sinusoidal.products")
        st.caption(t("attention.positions.sinusoidal.products_reading", half=width // 2))
    with right:
        found = sinusoidal.turn(position, shift, pair, width, base)
        drawn = turn_figure(found, position, shift, pair, t)
        st.plotly_chart(drawn, key="attention.positions.sinusoidal.turn")
    values = dict(zip("abcd", found.matrix, strict=True))
    st.markdown(
        t(
            "attention.positions.sinusoidal.rotation",
            **values,
            shift=shift,
            here=position,
            there=position + shift,
            sine=found.start[0],
            cosine=found.start[1],
            sine_there=found.end[0],
            cosine_there=found.end[1],
            error=found.error,
        )
    )
