"""All methods on the same model, batch and length."""

from typing import Any

import streamlit as st

from core.csv_export import csv_text
from core.memory.compare import MethodRow, compare_methods
from core.memory.plan import Plan
from core.plots.memory_compare_methods import method_rows, methods_figure
from ui.inputs import show_csv
from ui.memory.calculate_kept import kept_for
from ui.memory.calculate_settings import card_gigabytes, card_title
from ui.text import language, t


def show_methods(plan: Plan, settings: dict[str, Any]) -> None:
    """The stacked bars, what they say, the table."""
    rows = kept_for("methods", settings, lambda: compare_methods(plan))
    if all(row.breakdown is None for row in rows):
        st.info(t("memory.compare.methods.none"), icon=":material/info:")
        return
    zoomed = st.toggle(
        t("memory.compare.zoom.label"), key="memory.compare.zoom", help=t("memory.compare.zoom.help")
    )
    st.plotly_chart(
        methods_figure(rows, card_title(), card_gigabytes(), zoomed, t), key="memory.compare.methods.chart"
    )
    st.caption(t("memory.compare.methods.reading"))
    _show_finding({row.method: row for row in rows})
    table = method_rows(rows, card_gigabytes(), language(), t)
    st.dataframe(
        table,
        hide_index=True,
        key="memory.compare.methods.table",
        placeholder="–",
        height=460,
        column_config={
            t("memory.compare.column.method"): st.column_config.TextColumn(pinned=True),
            t("memory.compare.column.trained"): st.column_config.NumberColumn(format="localized"),
        },
    )
    for row in rows:
        if row.error is not None:
            st.caption(f"{t(f'memory.compare.method.{row.method}')}: {row.error.text(language())}")
    st.caption(t("memory.compare.methods.columns"))
    show_csv(lambda: csv_text(table), "methods.csv", "memory.compare.methods.csv")


def _show_finding(rows: dict[str, MethodRow]) -> None:
    """That a small share of trained parameters is no small share of the memory."""
    full, lora, qlora = (rows[name].breakdown for name in ("full", "lora", "qlora"))
    if full is None or lora is None or qlora is None:
        return
    st.markdown(
        t(
            "memory.compare.methods.finding",
            trained=lora.trainable_parameters / full.trainable_parameters,
            lora=lora.total_per_device / full.total_per_device,
            qlora=qlora.total_per_device / full.total_per_device,
            kept=lora.saved_bytes / max(full.saved_bytes, 1),
        )
    )
