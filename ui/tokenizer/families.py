"""The view of the real vocabularies: where each comes from, and what sets the families apart."""

from functools import lru_cache

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.tokenizer_families import chinese_figure, family_rows, origin_rows
from core.tokenizer.families import Family, measured_family, published_families
from core.tokenizer.vocabularies.status import all_vocabulary_statuses
from ui.inputs import show_csv, show_link
from ui.text import show_error, t
from ui.tokenizer import controls


def show_families() -> None:
    """The measured table, a chart of the Chinese coverage, and the origin of every file."""
    st.markdown(t("tokenizer.families.lead"))
    with st.container(horizontal=True):
        show_link("tokenizer", {"view": "families"})
        controls.show_command_line("python -m core tokenizers --json")
    measured = _measured_families()
    published = published_families()
    rows = family_rows([*measured, *published], t)
    st.subheader(t("tokenizer.families.title"), anchor=False)
    st.dataframe(
        rows,
        hide_index=True,
        key="tokenizer.families.table",
        height="content",
        placeholder="–",
        column_config={t("tokenizer.column.source"): st.column_config.LinkColumn()},
    )
    st.caption(t("tokenizer.families.reading"))
    show_csv(lambda: csv_text(rows), "families.csv", "tokenizer.families.download")
    if measured:
        st.plotly_chart(chinese_figure(measured, t), key="tokenizer.families.chinese")
        st.caption(t("tokenizer.families.chinese_reading"))
    _show_origins()


def _measured_families() -> list[Family]:
    """A row for each vocabulary that can be read; the sentence of those that cannot."""
    place = st.empty()
    found = []
    for number, name in enumerate(controls.NAMES):
        place.progress(number / len(controls.NAMES), text=t("tokenizer.families.measuring", name=name))
        try:
            found.append(_family(name))
        except GlassboxError as error:
            show_error(error)
    place.empty()
    return found


@lru_cache(maxsize=16)
def _family(name: str) -> Family:
    """Measured once a process: the vocabularies do not change."""
    return measured_family(name)


def _show_origins() -> None:
    st.subheader(t("tokenizer.families.origins"), anchor=False)
    st.markdown(t("tokenizer.families.origins_lead"))
    st.dataframe(
        origin_rows(all_vocabulary_statuses(), t),
        hide_index=True,
        key="tokenizer.families.origins",
        height="content",
        column_config={t("tokenizer.column.source"): st.column_config.LinkColumn()},
    )
