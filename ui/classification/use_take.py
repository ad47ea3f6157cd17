"""The model as a file: downloaded, and brought back."""

from pathlib import Path

import streamlit as st

from core.classification.training import CARD_FILE
from core.classification.use.model_zip import LARGEST_ZIP, unpacked_model, zipped_model
from core.errors import GlassboxError
from core.jobs.store import workspace_folder
from ui.classification.use_source import UsedModel
from ui.text import show_error, t
from ui.workspace import workspace_hash

KEY = "classification.use.take"
BROUGHT = "classification.use.brought"


def show_taking(used: UsedModel) -> None:
    """Take the chosen model along; bring another back."""
    st.markdown(t("classification.use.take.lead"))
    if used.folder is None:
        st.info(t("classification.use.take.quick"), icon=":material/model_training:")
    else:
        _show_download(used.name, used.folder)
        with st.expander(t("classification.use.take.card"), icon=":material/description:"):
            card = used.folder / CARD_FILE
            st.code(card.read_text("utf-8") if card.is_file() else "", language="markdown", wrap_lines=True)
    st.divider()
    _show_return()


def _show_download(name: str, folder: Path) -> None:
    """Packed when asked for: a fine-tuned model is large."""
    kept = st.session_state.get(f"{KEY}.zip")
    if st.button(
        t("classification.use.take.prepare"),
        key=f"{KEY}.prepare",
        help=t("classification.use.take.prepare_help"),
        icon=":material/archive:",
    ):
        kept = (name, zipped_model(folder))
        st.session_state[f"{KEY}.zip"] = kept
    if kept is not None and kept[0] == name:
        st.download_button(
            t("classification.use.take.download", size=len(kept[1]) / 1e6),
            kept[1],
            file_name="model.zip",
            mime="application/zip",
            key=f"{KEY}.download",
            icon=":material/download:",
            help=t("classification.use.take.download_help"),
            on_click="ignore",
        )


def _show_return() -> None:
    uploaded = st.file_uploader(
        t("classification.use.take.upload.label"),
        type=["zip"],
        key=f"{KEY}.upload",
        help=t("classification.use.take.upload.help"),
        max_upload_size=LARGEST_ZIP // 1_000_000,
    )
    if uploaded is None or st.session_state.get(BROUGHT) == uploaded.file_id:
        return
    try:
        unpacked_model(workspace_folder(workspace_hash()), uploaded.getvalue())
    except GlassboxError as error:
        show_error(error)
        return
    st.session_state[BROUGHT] = uploaded.file_id
    st.toast(t("classification.use.take.brought", name=uploaded.name[:60]), icon=":material/check:")
    st.rerun()
