"""A reader's own table: dropped here, read in a process with limits, and how it was read."""

import hashlib

import streamlit as st

from core.classification.tables.encoding import ENCODINGS
from core.classification.tables.read import read_table
from core.classification.tables.table import ReadOptions, Table
from core.errors import GlassboxError
from ui.classification.data_state import KEY, forget_table, keep_table, uploaded
from ui.text import naming, show_error, t

TYPES = ("csv", "tsv", "txt", "xlsx", "jsonl", "ndjson", "json")
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}
_READ = f"{KEY}.read"
_FILE = f"{KEY}.file"


def show_upload() -> None:
    """The place to drop a file, what became of it, and how to read it otherwise."""
    given = st.file_uploader(
        t("classification.data.upload"),
        type=list(TYPES),
        key=f"{KEY}.upload",
        help=t("classification.data.upload_help"),
    )
    if given is not None:
        content = given.getvalue()
        digest = hashlib.sha256(content).hexdigest()
        if st.session_state.get(_FILE, {}).get("digest") != digest:
            st.session_state[_FILE] = {"digest": digest, "content": content}
    file = st.session_state.get(_FILE)
    if file is None:
        st.info(t("classification.data.upload_none"), icon=":material/upload_file:")
        return
    options = _show_options()
    _read_once(file, options)
    kept = uploaded()
    if kept is not None:
        _show_how(kept[1])


def _read_once(file: dict[str, bytes], options: ReadOptions) -> None:
    """Read the file, unless it is the one that was read last, in the same way."""
    place = (file["digest"], options)
    if st.session_state.get(_READ) != place:
        forget_table()
        st.session_state.pop(f"{KEY}.refusal", None)
        try:
            with st.spinner(t("classification.data.reading")):
                table = read_table(file["content"], options)
        except GlassboxError as error:
            st.session_state[f"{KEY}.refusal"] = error
        else:
            keep_table(f"{str(file['digest'])[:8]}", table)
        st.session_state[_READ] = place
    refusal = st.session_state.get(f"{KEY}.refusal")
    if refusal is not None:
        show_error(refusal)


def _show_options() -> ReadOptions:
    """Encoding, delimiter, header and sheet; what is not chosen is found out."""
    kept = uploaded()
    with st.expander(t("classification.data.how_title"), icon=":material/tune:"):
        left, right = st.columns(2)
        with left:
            encoding = st.selectbox(
                t("classification.data.encoding"),
                ENCODINGS,
                index=None,
                placeholder=t("classification.data.found_out"),
                key=f"{KEY}.encoding",
                help=t("classification.data.encoding_help"),
                persist_state="session",
            )
            header = st.selectbox(
                t("classification.data.header"),
                ("yes", "no"),
                index=None,
                placeholder=t("classification.data.found_out"),
                format_func=naming("classification.data.header_is.*"),
                key=f"{KEY}.header",
                help=t("classification.data.header_help"),
                persist_state="session",
            )
        with right:
            delimiter = st.selectbox(
                t("classification.data.delimiter"),
                tuple(DELIMITERS),
                index=None,
                placeholder=t("classification.data.found_out"),
                format_func=naming("classification.data.delimiter_is.*"),
                key=f"{KEY}.delimiter",
                help=t("classification.data.delimiter_help"),
                persist_state="session",
            )
            sheets = kept[1].sheets if kept else ()
            sheet = None
            if len(sheets) > 1:
                sheet = st.selectbox(
                    t("classification.data.sheet"),
                    sheets,
                    index=None,
                    placeholder=t("classification.data.found_out"),
                    key=f"{KEY}.sheet",
                    help=t("classification.data.sheet_help"),
                )
    return ReadOptions(
        encoding,
        DELIMITERS[delimiter] if delimiter else None,
        None if header is None else header == "yes",
        sheet,
    )


def _show_how(table: Table) -> None:
    """How the file was understood, and each thing that was repaired."""
    kind = table.how.get("kind", "delimited")
    names = {delimiter: name for name, delimiter in DELIMITERS.items()}
    delimiter = names.get(table.how.get("delimiter", ","), "comma")
    st.success(
        t(
            f"classification.data.read.{kind}",
            rows=len(table),
            columns=len(table.columns),
            encoding=table.how.get("encoding", "").upper(),
            delimiter=t(f"classification.data.delimiter_is.{delimiter}"),
            sheet=table.how.get("sheet", ""),
        ),
        icon=":material/check:",
    )
    if table.notes:
        notes = "\n".join(
            f"- {t(f'classification.data.note.{note.kind}', **note.values)}" for note in table.notes
        )
        st.warning(notes, icon=":material/build:")
