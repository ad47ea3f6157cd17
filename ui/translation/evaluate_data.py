"""What models are scored on: the grammar's held-out captions, Multi30k's test set, or a reader's TSV."""

import hashlib

import streamlit as st

from core.errors import GlassboxError
from core.settings import settings
from core.translation.multi30k import download_multi30k, multi30k_folder
from core.translation.pairs import read_tsv
from core.translation.uploaded_pairs import read_upload
from ui.inputs import show_segments
from ui.text import show_error, t
from ui.translation.evaluate_link import DATA

KEY = "translation.evaluate"


def show_data() -> tuple[str, str, bool]:
    """Which data, the text of a TSV, and whether it is there."""
    data = show_segments("translation", "evaluate_data", DATA)
    st.caption(t(f"translation.evaluate.data_about.{data}"))
    if data == "grammar":
        return data, "", True
    if data == "multi30k":
        return data, "", _show_multi30k()
    tsv = _show_upload()
    return data, tsv, bool(tsv)


def _show_multi30k() -> bool:
    """Whether Multi30k is on this machine, and a button that fetches it."""
    if multi30k_folder() is not None:
        return True
    st.info(t("translation.evaluate.multi30k.missing"), icon=":material/folder_off:")
    if settings().allow_downloads and st.button(
        t("translation.evaluate.multi30k.download"), key=f"{KEY}.download", icon=":material/download:"
    ):
        try:
            with st.spinner(t("translation.evaluate.multi30k.fetching")):
                download_multi30k()
        except GlassboxError as error:
            show_error(error)
        else:
            st.rerun()
    return False


def _show_upload() -> str:
    """The checked text of the reader's TSV, kept in this session; empty while there is none."""
    given = st.file_uploader(
        t("translation.evaluate.upload.label"),
        type=["tsv", "txt"],
        key=f"{KEY}.upload",
        help=t("translation.evaluate.upload.help"),
        on_change=_forget,
    )
    if given is not None:
        _keep(given.getvalue())
    kept: str = st.session_state.get(f"{KEY}.tsv", "")
    if kept:
        pairs = st.session_state[f"{KEY}.tsv.pairs"]
        st.success(t("translation.evaluate.upload.ready", pairs=pairs), icon=":material/check:")
    return kept


def _keep(content: bytes) -> None:
    """Check a file once; a refused one gets its sentence, and nothing is kept of it."""
    digest = hashlib.sha256(content).hexdigest()
    if st.session_state.get(f"{KEY}.tsv.digest") == digest:
        return
    _forget()
    try:
        text = read_upload(content)
    except GlassboxError as error:
        show_error(error)
        return
    st.session_state[f"{KEY}.tsv"] = text
    st.session_state[f"{KEY}.tsv.digest"] = digest
    st.session_state[f"{KEY}.tsv.pairs"] = len(read_tsv(text))


def _forget() -> None:
    for name in ("tsv", "tsv.digest", "tsv.pairs"):
        st.session_state.pop(f"{KEY}.{name}", None)
