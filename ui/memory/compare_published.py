"""Tables that papers and manuals print, beside what the calculator says; and every model's published size."""

import streamlit as st

from core.csv_export import csv_text
from core.memory.presets import presets
from core.memory.published import published_figures
from core.plots.memory_compare_published import published_rows, ratio_figure, size_rows
from ui.inputs import show_csv, show_link
from ui.memory.calculate_kept import kept_for
from ui.text import language, t


def show_published() -> None:
    """The figures, what is wrong in the published ones, the sizes."""
    figures = published_figures()
    with st.container(horizontal=True):
        show_link("memory", {"view": "compare", "compare_part": "published"})
    st.plotly_chart(ratio_figure(figures, t), key="memory.compare.published.chart")
    st.caption(t("memory.compare.published.reading"))
    rows = published_rows(figures, t)
    st.table(rows, hide_index=True, border="horizontal")
    show_csv(lambda: csv_text(rows), "published.csv", "memory.compare.published.csv")
    st.subheader(t("memory.compare.contradictions.title"), anchor=False)
    st.markdown(t("memory.compare.contradictions.lead"))
    notes = dict.fromkeys(figure.note for figure in figures if figure.note)
    st.markdown("\n".join(f"- {t(f'memory.predict.note.{note}')}" for note in notes))
    st.markdown(t("memory.compare.contradictions.tables"))
    st.subheader(t("memory.compare.sizes.title"), anchor=False)
    _show_sizes()


def _show_sizes() -> None:
    entries = tuple(presets().values())
    sizes = kept_for("sizes", {"language": language()}, lambda: size_rows(entries, t))
    matching = sum(entry.matches for entry in entries)
    st.markdown(t("memory.compare.sizes.lead", count=len(entries), matching=matching))
    st.dataframe(
        sizes,
        hide_index=True,
        key="memory.compare.sizes.table",
        height=460,
        column_config={
            t("memory.compare.column.model"): st.column_config.TextColumn(pinned=True),
            t("memory.compare.column.counted"): st.column_config.NumberColumn(format="localized"),
            t("memory.compare.column.note"): st.column_config.TextColumn(width="large"),
        },
    )
    st.caption(t("memory.compare.sizes.reading"))
    show_csv(lambda: csv_text(sizes), "sizes.csv", "memory.compare.sizes.csv")
