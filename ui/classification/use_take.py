"""The model as a file: downloaded, and brought back."""

from pathlib import Path

import streamlit as st

from core.classification.training import CARD_FILE
from core.classification.use.model_zip import LARGEST_ZIP, unpacked_model, zipped_model
from core.errors import GlassboxError
from core.jobs.store import workspace_folder
from ui.classification.use_source import KEY as CHOSEN
from ui.classification.use_source import UsedModel
from ui.text import show_error, t
from ui.workspace import workspace_hash

KEY = "classification.use.take"
UPLOAD = f"{KEY}.upload"
BROUGHT = f"{KEY}.brought"


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
    st.file_uploader(
        t("classification.use.take.upload.label"),
        type=["zip"],
        key=UPLOAD,
        help=t("classification.use.take.upload.help"),
        max_upload_size=LARGEST_ZIP // 1_000_000,
        on_change=_bring_back,
    )
    outcome = st.session_state.pop(BROUGHT, None)
    if isinstance(outcome, GlassboxError):
        show_error(outcome)
    elif outcome is not None:
        st.success(t("classification.use.take.brought", name=outcome))


def _bring_back() -> None:
    """Unpack what was uploaded and choose it, before the page is drawn again."""
    uploaded = st.session_state[UPLOAD]
    if uploaded is None:
        return
    try:
        folder = unpacked_model(workspace_folder(workspace_hash()), uploaded.getvalue())
    except GlassboxError as error:
        st.session_state[BROUGHT] = error
        return
    st.session_state[CHOSEN] = folder.name
    st.session_state[BROUGHT] = uploaded.name[:60]
