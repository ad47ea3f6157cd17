"""What to learn from: the grammar, Multi30k, or the reader's own pairs with what was understood of them."""

import hashlib
from typing import Any

import streamlit as st

from core.errors import GlassboxError
from core.jobs.store import workspace_folder
from core.settings import settings
from core.translation.train_settings import DATA, suggested
from core.translation.train_upload import Upload, keep_upload, read_upload
from ui.inputs import show_segments
from ui.text import show_error, t
from ui.workspace import workspace_hash

MOST_PAIRS = 200_000
PREVIEWED = 3
_UPLOAD = "translation.train.upload_kept"
_UPLOADED = "translation.train.upload_digest"


def show_data() -> dict[str, Any] | None:
    """The data as parameters of a job; None while there is none."""
    before = st.session_state.get("translation.train.data_before")
    data = show_segments("translation", "train_data", DATA)
    if before not in (None, data):
        _suggest(data)
    st.session_state["translation.train.data_before"] = data
    st.caption(t(f"translation.train_data.about.{data}"))
    if data == "grammar":
        _show_grammar()
        return {"data": data, "pairs": _show_count(suggested("grammar").pairs, least=100)}
    if data == "multi30k":
        return _show_multi30k()
    return _show_upload()


def _suggest(data: str) -> None:
    """Settings that suit the data just chosen take the place of those for the other."""
    from ui.translation.train_settings import suggest

    suggest(data)
    st.session_state.pop("translation.train_pairs", None)


def _show_count(usual: int, least: int = 0) -> int:
    st.session_state.setdefault("translation.train_pairs", usual)
    if st.session_state["translation.train_pairs"] < least:
        st.session_state["translation.train_pairs"] = usual
    return int(
        st.number_input(
            t("translation.train.pairs.label"),
            least,
            MOST_PAIRS,
            step=1000,
            key="translation.train_pairs",
            help=t("translation.train.pairs.help" if least else "translation.train.pairs.help_all"),
            persist_state="session",
        )
    )


def _show_grammar() -> None:
    """A sentence of each pattern, with the English words in the German order."""
    from core.translation.grammar.captions import PATTERNS
    from core.translation.grammar.pairs import grammar_captions

    with st.expander(t("translation.train.grammar.look"), icon=":material/menu_book:"):
        captions = grammar_captions(100, 7)
        for pattern in PATTERNS:
            caption = next(one for one in captions if one.pattern == pattern)
            st.markdown(f"**{t(f'translation.train.pattern.{pattern}')}**")
            st.text(f"{caption.german}\n{caption.word_for_word}\n{caption.english}")
        st.caption(t("translation.train.grammar.caption"))


def _show_multi30k() -> dict[str, Any] | None:
    from core.translation.multi30k import home_folder, multi30k_folder

    if multi30k_folder() is not None:
        st.success(t("translation.train.multi30k.there"), icon=":material/check:")
        return {"data": "multi30k", "pairs": _show_count(0)}
    allowed = settings().allow_downloads
    key = "missing" if allowed else "missing_off"
    st.info(t(f"translation.train.multi30k.{key}", folder=home_folder()), icon=":material/info:")
    if allowed and st.button(
        t("translation.train.multi30k.download"),
        key="translation.train.multi30k.download",
        icon=":material/download:",
        help=t("translation.train.multi30k.download_help"),
    ):
        _download()
    return None


def _download() -> None:
    from core.translation.multi30k import download_multi30k

    place = st.empty()

    def show(done: int, count: int) -> None:
        place.progress(done / count, text=t("translation.train.multi30k.downloading", done=done, count=count))

    show(0, 6)
    try:
        download_multi30k(progress=show)
    except GlassboxError as error:
        place.empty()
        show_error(error)
        return
    st.rerun()


def _show_upload() -> dict[str, Any] | None:
    """The upload, and what was read of it."""
    given = st.file_uploader(
        t("translation.train.upload.label"),
        type=["tsv", "txt", "de", "en"],
        accept_multiple_files=True,
        key="translation.train.upload",
        help=t("translation.train.upload.help"),
    )
    if given:
        try:
            _read_once({file.name: file.getvalue() for file in given})
        except GlassboxError as error:
            st.session_state.pop(_UPLOAD, None)
            show_error(error)
            return None
    kept: Upload | None = st.session_state.get(_UPLOAD)
    if kept is None:
        st.caption(t("translation.train.upload.none"))
        return None
    _show_read(kept)
    return {"data": "tsv", "pairs": 0, "upload": kept.digest}


def _read_once(files: dict[str, bytes]) -> None:
    """Understand and keep the files, unless they are those of the last time."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(name.encode("utf-8", "replace") + hashlib.sha256(content).digest())
    if _UPLOAD in st.session_state and st.session_state.get(_UPLOADED) == digest.hexdigest():
        return
    upload = read_upload(files)
    keep_upload(workspace_folder(workspace_hash()), upload)
    st.session_state[_UPLOAD], st.session_state[_UPLOADED] = upload, digest.hexdigest()


def _show_read(upload: Upload) -> None:
    """What was understood: counts, and the first pairs to see that the columns are the right way round."""
    st.success(
        t("translation.train.upload.read", kept=len(upload.pairs), read=upload.read),
        icon=":material/check:",
    )
    left_out = [
        t(f"translation.train.upload.{name}", count=count)
        for name in ("empty", "repeated", "long")
        if (count := getattr(upload, name))
    ]
    if left_out:
        st.caption(t("translation.train.upload.left_out", reasons=" ".join(left_out)))
    rows = [
        {t("translation.train.column.german"): source, t("translation.train.column.english"): target}
        for source, target in zip(
            upload.pairs.source[:PREVIEWED], upload.pairs.target[:PREVIEWED], strict=True
        )
    ]
    st.dataframe(rows, hide_index=True, key="translation.train.upload.preview")
    st.caption(t("translation.train.upload.preview"))
