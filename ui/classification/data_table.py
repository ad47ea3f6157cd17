"""Which table: the sample, the reader's, or BANKING77; how it was read, its columns, and a first look."""

import streamlit as st

from core.classification.overview import overview
from core.classification.tables.columns import Column, describe_columns, guess_columns
from core.classification.tables.table import Table
from core.csv_export import csv_text
from core.errors import GlassboxError
from ui.classification.data_link import SAMPLES, SOURCES
from ui.classification.data_state import KEY, Chosen, chosen, keep_columns, prepared, uploaded
from ui.inputs import show_csv, show_segments
from ui.text import show_error, t

PREVIEWED = 100
SHOWN_CHARACTERS = 300


def show_table() -> None:
    """The source with its controls on the left of what it holds."""
    source = show_segments("classification", "data_source", SOURCES)
    st.caption(t(f"classification.data.source.{source}"))
    if source == "banking77":
        from ui.classification.data_banking77 import show_banking77

        show_banking77()
        return
    if source == "sample":
        show_segments("classification", "data_sample", SAMPLES)
    else:
        from ui.classification.data_upload import show_upload

        show_upload()
        kept = uploaded()
        if kept is None:
            return
        _show_columns(*kept)
    _show_first_look()


def _show_columns(name: str, table: Table) -> None:
    """Which columns hold the texts and the labels, as guessed or as the reader says."""
    columns = describe_columns(table)
    guess = guess_columns(columns)
    left, middle, right = st.columns(3)
    names = list(table.columns)
    with left:
        text = st.selectbox(
            t("classification.data.text_column"),
            names,
            index=names.index(guess.text),
            key=f"{KEY}.text.{name}",
            help=t("classification.data.text_column_help"),
            persist_state="session",
        )
    with middle:
        label = st.selectbox(
            t("classification.data.label_column"),
            names,
            index=names.index(guess.label),
            key=f"{KEY}.label.{name}",
            help=t("classification.data.label_column_help"),
            persist_state="session",
        )
    with right:
        group = st.selectbox(
            t("classification.data.group_column"),
            [each for each in names if each not in (text, label)],
            index=None,
            placeholder=t("classification.data.group_none"),
            key=f"{KEY}.group.{name}",
            help=t("classification.data.group_column_help"),
            persist_state="session",
        )
    keep_columns(name, text, label, group)
    with st.expander(
        t("classification.data.columns_title", count=len(columns)), icon=":material/view_column:"
    ):
        st.dataframe([_column_row(column) for column in columns], hide_index=True, key=f"{KEY}.columns_table")
    kind = next(column.kind for column in columns if column.name == label)
    if kind in ("number", "date"):
        st.caption(t(f"classification.data.label_kind.{kind}", label=label))


def _column_row(column: Column) -> dict[str, object]:
    return {
        t("classification.data.column.name"): column.name,
        t("classification.data.column.kind"): t(f"classification.data.kind.{column.kind}"),
        t("classification.data.column.filled"): column.filled,
        t("classification.data.column.different"): column.different,
        t("classification.data.column.length"): round(column.mean_length, 1),
        t("classification.data.column.example"): column.example,
    }


def _show_first_look() -> None:
    """Figures, the classes, the lengths, and the first rows."""
    from core.plots.classification_data import class_figure, length_figure

    data = chosen()
    if data is None:
        return
    look = overview(data.texts, data.labels)
    with st.container(horizontal=True, gap="medium"):
        _metric("rows", f"{look.rows:,}")
        _metric("classes", f"{len(look.classes):,}")
        _metric("median", t("classification.data.metric.words", count=look.median_length))
        if look.languages:
            told, count = look.languages[0]
            share = count / sum(number for _, number in look.languages)
            _metric("language", f"{t(f'classification.data.language.{told}')} {share:.0%}")
    try:
        with st.spinner(t("classification.data.checking")):
            prepared(data)
    except GlassboxError as error:
        show_error(error)
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(class_figure(look.classes, t), key=f"{KEY}.classes")
        st.caption(t("classification.data.figure.classes_caption"))
        rows = [
            {t("classification.data.column.label"): label, t("classification.data.column.rows"): count}
            for label, count in look.classes
        ]
        show_csv(lambda: csv_text(rows), "classes.csv", f"{KEY}.classes.csv")
    with right:
        st.plotly_chart(length_figure(look.lengths, look.median_length, t), key=f"{KEY}.lengths")
        st.caption(t("classification.data.figure.lengths_caption", longest=look.longest))
    _show_preview(data)


def _metric(name: str, value: str) -> None:
    st.metric(
        t(f"classification.data.metric.{name}"),
        value,
        help=t(f"classification.data.metric.{name}_help"),
        width="content",
    )


def _show_preview(data: Chosen) -> None:
    """The first rows as they were understood, the label beside its text."""
    count = min(PREVIEWED, len(data.table))
    st.markdown(f"**{t('classification.data.preview', count=count)}**")
    first = [data.label, data.text]
    names = [*first, *(name for name in data.table.columns if name not in first)]
    st.dataframe(
        {name: [cell[:SHOWN_CHARACTERS] for cell in data.table.column(name)[:count]] for name in names},
        hide_index=True,
        height=320,
        key=f"{KEY}.preview",
    )
