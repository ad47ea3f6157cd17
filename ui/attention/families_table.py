"""The family table: filters, who chose what, sizes through time, every row with its source."""

import streamlit as st

from core.attention.families.parameters import parameters
from core.attention.families.table import Family, families, matching
from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.attention_families_table import adoption_figure, family_rows, timeline_figure
from ui.attention.families_controls import kept_for
from ui.inputs import show_csv, show_link
from ui.text import language, naming, show_error, t

FILTERS = ("kind", "positions", "attention", "norm_place")
WORTH_EXPLAINING = 0.01
"""A difference between the computed and the published total that gets a sentence."""


def show_table() -> None:
    """Filters, the two figures, then the table, for which the models of the shelf are read."""
    st.markdown(t("attention.families.table.lead"))
    shown = _filtered(list(families()))
    with st.container(horizontal=True):
        show_link("attention", {"view": "families", "families_part": "table"})
    if not shown:
        st.info(t("attention.families.table.nothing"), icon=":material/filter_alt_off:")
        return
    counts = {row.name: parameters(row) for row in shown}
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(adoption_figure(shown, t), key="attention.families.adoption")
        st.caption(t("attention.families.adoption.reading"))
    with right:
        st.plotly_chart(timeline_figure(shown, counts, t), key="attention.families.timeline")
        st.caption(t("attention.families.timeline.reading"))
    st.subheader(t("attention.families.table.rows"), anchor=False)
    shown, measured = _measured(shown)
    counts = {row.name: parameters(row) for row in shown}
    rows = family_rows(shown, counts, measured, language())
    st.dataframe(
        rows,
        hide_index=True,
        key="attention.families.table",
        height=460,
        placeholder="–",
        column_config={
            t("attention.families.column.model"): st.column_config.TextColumn(pinned=True),
            t("attention.families.column.link"): st.column_config.LinkColumn(),
        },
    )
    st.caption(t("attention.families.table.reading"))
    _show_differences(shown, {name: count.total for name, count in counts.items()})
    show_csv(lambda: csv_text(rows), "families.csv", "attention.families.download")


def _measured(shown: list[Family]) -> tuple[list[Family], dict[str, int]]:
    """The rows, those of the shelf read from their models, and the weights counted in these."""
    rows, counted = [], {}
    for row in shown:
        if row.shelf:
            try:
                row, counted[row.name] = _read(row)
            except GlassboxError as error:
                show_error(error)
        rows.append(row)
    return rows, counted


def _read(row: Family) -> tuple[Family, int]:
    from core.attention.families.measured import measured_family

    def read() -> tuple[Family, int]:
        with st.spinner(t("attention.families.loading")):
            return measured_family(row)

    return kept_for("measured", (row.name,), read)


def _filtered(rows: list[Family]) -> list[Family]:
    wanted = {}
    for name, column in zip(FILTERS, st.columns(len(FILTERS)), strict=True):
        options = list(dict.fromkeys(str(getattr(row, name)) for row in rows))
        with column:
            wanted[name] = st.multiselect(
                t(f"attention.families.table.filter_{name}"),
                options,
                format_func=naming(f"attention.families.value.{name}.*"),
                key=f"attention.families.filter.{name}",
                placeholder=t("attention.families.table.any"),
                help=t("attention.families.table.filter_help"),
                persist_state="session",
            )
    shown = matching(rows, wanted)
    st.caption(t("attention.families.table.counted", shown=len(shown), all=len(rows)))
    return shown


def _show_differences(rows: list[Family], totals: dict[str, int]) -> None:
    for row in rows:
        if row.published and row.difference:
            difference = totals[row.name] / row.published - 1
            if abs(difference) > WORTH_EXPLAINING:
                why = row.difference[language()]
                st.caption(
                    t("attention.families.table.difference", title=row.title, difference=difference, why=why)
                )
