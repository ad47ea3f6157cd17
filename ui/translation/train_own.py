"""A model of one's own: a sentence translated at once, and the model as a file to keep."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from core.jobs import Job
from core.translation.own_models import MODEL_FOLDER, run_name
from core.translation.train_record import read_record
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.translation.model_folder import Translator

_LOADED = "translation.train.own.loaded"


def show_own_model(job: Job) -> None:
    """Translate with the finished model of a job, and download it."""
    folder = job.result_folder / MODEL_FOLDER
    with st.container(border=True):
        st.markdown(f"**{t('translation.train.own.title', name=run_name(job))}**")
        st.session_state.setdefault("translation.train.own.text", _first_text(job))
        text = st.text_input(
            t("translation.train.own.label"),
            key="translation.train.own.text",
            help=t("translation.train.own.help"),
            max_chars=2000,
            persist_state="session",
        )
        if text.strip():
            _show_translation(folder, text)
        st.download_button(
            t("translation.train.own.download"),
            lambda: _zipped(folder),
            file_name=f"{run_name(job)}.zip",
            mime="application/zip",
            key="translation.train.own.download",
            icon=":material/download:",
            help=t("translation.train.own.download_help"),
            on_click="ignore",
        )
        st.caption(t("translation.train.own.elsewhere"))


def _first_text(job: Job) -> str:
    """A held-out sentence of the training's own kind."""
    try:
        record = read_record(job.result_folder)
    except GlassboxError:
        return ""
    return record.samples[0].source if record and record.samples else ""


def _show_translation(folder: Path, text: str) -> None:
    """The best of five beams."""
    try:
        with turn_in_queue(st.empty()):
            translated = _translate(folder, text)
    except GlassboxError as error:
        show_error(error)
        return
    st.text(translated or "–")


def _translate(folder: Path, text: str) -> str:
    from core.translation.translate import translate_all

    return translate_all(_loaded(folder), [text])[0]


def _loaded(folder: Path) -> "Translator":
    """The model, loaded once a session; another takes its place."""
    from core.translation.model_folder import load_translator

    kept: tuple[str, Translator] | None = st.session_state.get(_LOADED)
    if kept is None or kept[0] != str(folder):
        kept = (str(folder), load_translator(folder))
        st.session_state[_LOADED] = kept
    return kept[1]


def _zipped(folder: Path) -> bytes:
    from core.translation.train_zip import zipped_model

    return zipped_model(folder)
