"""Many texts: a table comes in, a job gives every row its prediction, and the table goes out again."""

import csv
import io
from typing import Any

import streamlit as st

from core.classification.shipped import TEXT, sample_split
from core.classification.tables.read import read_table
from core.classification.tables.table import LARGEST_FILE, Table
from core.classification.use.predict_job import PREDICTED_FILE, keep_table, read_summary
from core.jobs import Job
from core.jobs.store import workspace_folder
from ui.classification.use_source import UsedModel
from ui.inputs import show_command
from ui.job_panel import show_job_panel
from ui.text import language, t
from ui.workspace import workspace_hash

KEY = "classification.use.many"
CONTENT = "classification.use.table"
ROWS_SHOWN = 8
LIKELY_NAMES = ("text", "message", "query", "question", "sentence", "content")


def show_many_texts(used: UsedModel) -> None:
    """The upload, the column, the job, the download."""
    st.markdown(t("classification.use.many.lead"))
    if used.folder is None:
        st.info(t("classification.use.many.quick"), icon=":material/model_training:")
        return
    content = _content()
    parameters: dict[str, Any] | None = None
    if content is None:
        st.caption(t("classification.use.many.empty"))
    else:
        table = _table(content)
        st.dataframe(_first_rows(table), hide_index=True, key=f"{KEY}.table")
        column = _show_column(table)
        digest = keep_table(workspace_folder(workspace_hash()), content)
        parameters = {"table": digest, "column": column, "model": used.parameters}
        command = (
            f'python -m core classify predict --model MODEL --csv TABLE --text "{column}" --out predicted.csv'
        )
        show_command(command, parameters)
    done = show_job_panel(
        "classification.predict",
        parameters,
        key=f"{KEY}.job",
        start_label_key="classification.use.many.start",
        value_label_keys={"texts_per_second": "classification.use.many.rate"},
    )
    if done is not None:
        _show_result(done)


def _content() -> bytes | None:
    """The bytes of the reader's table, or of the sample; kept until another one comes."""
    uploaded = st.file_uploader(
        t("classification.use.many.upload.label"),
        type=["csv", "tsv", "txt", "xlsx", "jsonl", "json"],
        key=f"{KEY}.upload",
        help=t("classification.use.many.upload.help", most=LARGEST_FILE / 1e6),
        max_upload_size=LARGEST_FILE // 1_000_000,
    )
    if uploaded is not None:
        st.session_state[CONTENT] = uploaded.getvalue()
    elif st.button(
        t("classification.use.many.sample"),
        key=f"{KEY}.sample",
        help=t("classification.use.many.sample_help"),
        icon=":material/table_view:",
    ):
        st.session_state[CONTENT] = _sample()
    content: bytes | None = st.session_state.get(CONTENT)
    return content


def _sample() -> bytes:
    """The shipped messages without their labels."""
    split = sample_split(language())
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([TEXT])
    for part in (split.training, split.validation, split.test):
        writer.writerows([message] for message in part.texts)
    return text.getvalue().encode()


def _table(content: bytes) -> Table:
    """Understood once for an upload, in the limited process."""
    kept = st.session_state.get(f"{KEY}.understood")
    if kept is None or kept[0] is not content:
        kept = (content, read_table(content))
        st.session_state[f"{KEY}.understood"] = kept
    table: Table = kept[1]
    return table


def _first_rows(table: Table) -> dict[str, tuple[str, ...]]:
    return {name: cells[:ROWS_SHOWN] for name, cells in zip(table.columns, table.cells, strict=True)}


def _show_column(table: Table) -> str:
    likely = [name for name in table.columns if name.lower() in LIKELY_NAMES]
    key = f"{KEY}.column"
    if st.session_state.get(key) not in table.columns:
        st.session_state[key] = likely[0] if likely else table.columns[0]
    return st.selectbox(
        t("classification.use.many.column.label"),
        table.columns,
        key=key,
        help=t("classification.use.many.column.help"),
    )


def _show_result(done: Job) -> None:
    from core.plots.classification_use import predicted_counts_figure

    summary = read_summary(done)
    st.success(
        t(
            "classification.use.many.done",
            rows=summary.rows,
            seconds=summary.seconds,
            distinct=summary.different,
            outside=summary.out_of_scope,
        )
    )
    counts = [(counted.name, counted.rows) for counted in summary.counts]
    st.plotly_chart(predicted_counts_figure(counts, t), key=f"{KEY}.counts")
    with (done.result_folder / PREDICTED_FILE).open("rb") as file:
        st.download_button(
            t("classification.use.many.download"),
            file,
            file_name=PREDICTED_FILE,
            mime="text/csv",
            key=f"{KEY}.download",
            icon=":material/download:",
            help=t("classification.use.many.download_help"),
            on_click="ignore",
        )
