"""The first view: a text as tokens, one token as bytes, the way back, and other vocabularies beside it."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.plots.tokenizer_tables import change_rows, token_rows
from core.plots.tokenizer_tokens import most_telling, token_faces
from core.tokenizer.cleaning import prepared
from core.tokenizer.encoding import Encoding
from ui.inputs import show_csv, show_link
from ui.text import show_error, t
from ui.token_view import TokenRun, show_token_run
from ui.tokenizer import controls
from ui.tokenizer.byte_view import show_token
from ui.tokenizer.compare import show_compare
from ui.tokenizer.vocabularies import UPLOADED, encoded, show_choice, show_upload, title_of, way_back

if TYPE_CHECKING:
    from core.tokenizer.round_trip import RoundTrip

TOKENS_ON_A_PAGE = 30_000
LOOKED_THROUGH = 2_000
"""Tokens among which the first one to take apart is sought."""
LONGEST_CHECKED = 1_000_000
"""Characters up to which the way back is walked without being asked."""


def show_see() -> None:
    """Inputs on the left, the tokens on the right, the comparison below."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = controls.show_text()
        show_upload()
        name, compared = show_choice()
    with right:
        usable = _usable(text)
    with left, st.container(horizontal=True):
        if usable:
            show_link("tokenizer", _link_values(name, compared, text))
        if usable and name != UPLOADED:
            controls.show_command_line(controls.tokenize_command(name, text))
    with right:
        encoding = _encoded(name, usable) if usable else None
        if encoding is not None:
            _show_encoding(encoding, title_of(name))
    if encoding is not None and compared:
        show_compare([name, *compared], encoding.text)
    if encoding is not None:
        _show_way_back(name, encoding)


def _link_values(name: str, compared: list[str], text: str) -> dict[str, str]:
    own = {"vocabulary": name} if name != UPLOADED else {}
    others = ",".join(other for other in compared if other != UPLOADED)
    return {"view": "see", **own, **({"compare": others} if others else {}), "text": text}


def _usable(text: str) -> str:
    """The text that can be encoded, or an empty one where there is nothing; says why."""
    if not text:
        st.info(t("tokenizer.text.empty"), icon=":material/edit:")
        return ""
    try:
        ready = prepared(text)
    except GlassboxError as error:
        show_error(error)
        return ""
    if ready.cut_characters:
        st.warning(t("tokenizer.text.cut", characters=ready.cut_characters), icon=":material/content_cut:")
    return ready.text


def _encoded(name: str, text: str) -> Encoding | None:
    try:
        return encoded(name, text)
    except GlassboxError as error:
        show_error(error)
        return None


@st.fragment
def _show_encoding(encoding: Encoding, title: str) -> None:
    """Counts, tokens, and one token's bytes; a fragment, so that looking around reruns nothing else."""
    _show_counts(encoding)
    pages = max(1, -(-encoding.count // TOKENS_ON_A_PAGE))
    page = 1
    if pages > 1:
        st.caption(t("tokenizer.pages", pages=pages, size=TOKENS_ON_A_PAGE))
        page = st.pagination(pages, key=f"tokenizer.page.{pages}")
    first = (page - 1) * TOKENS_ON_A_PAGE
    position = _position(encoding, first)
    chosen = _show_run(encoding, title, first, position)
    if chosen is not None and first + chosen != position:
        st.session_state["tokenizer.token"] = first + chosen
        st.rerun(scope="fragment")
    st.caption(t("tokenizer.run.reading"))
    show_csv(
        lambda: csv_text(token_rows(encoding, t)),
        "tokens.csv",
        "tokenizer.run.download",
        t("tokenizer.run.download"),
    )
    if position is not None:
        show_token(encoding, position)


def _show_counts(encoding: Encoding) -> None:
    values = {
        "tokens": f"{encoding.count:,}",
        "characters": f"{encoding.characters:,}",
        "bytes": f"{encoding.bytes:,}",
        "characters_per_token": f"{encoding.characters_per_token:.2f}",
        "bytes_per_token": f"{encoding.bytes_per_token:.2f}",
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(
                t(f"tokenizer.metric.{name}"), value, help=t(f"tokenizer.metric.{name}_help"), width="content"
            )


def _position(encoding: Encoding, first: int) -> int | None:
    """Which token is taken apart: the chosen one, or the most telling one of the page."""
    if not encoding.count:
        return None
    kept: int | None = st.session_state.get("tokenizer.token")
    if kept is not None and first <= kept < min(encoding.count, first + TOKENS_ON_A_PAGE):
        return kept
    return first + most_telling(encoding.tokens[first : first + LOOKED_THROUGH])


def _show_run(encoding: Encoding, title: str, first: int, position: int | None) -> int | None:
    last = min(encoding.count, first + TOKENS_ON_A_PAGE)
    faces = token_faces(encoding.tokens[first:last])
    starts, ends = encoding.starts[first:last], encoding.ends[first:last]
    run = TokenRun(
        faces.texts,
        encoding.ids[first:last],
        starts,
        [end - start for start, end in zip(starts, ends, strict=True)],
        faces.kinds,
        first,
    )
    words = {name: t(f"tokenizer.run.{name}") for name in controls.ROW_WORDS}
    selected = None if position is None else position - first
    return show_token_run(run, "tokenizer.run", t("tokenizer.run.name", title=title), words, selected)


def _show_way_back(name: str, encoding: Encoding) -> None:
    """The round trip: the proof that nothing was lost, or what was."""
    st.subheader(t("tokenizer.round.title"), anchor=False)
    if encoding.characters > LONGEST_CHECKED and not st.button(
        t("tokenizer.round.check"), key="tokenizer.round.check", help=t("tokenizer.round.check_help")
    ):
        return
    try:
        _show_round_trip(way_back(name, encoding.text), encoding)
    except GlassboxError as error:
        show_error(error)


def _show_round_trip(trip: "RoundTrip", encoding: Encoding) -> None:
    if trip.same:
        st.success(t("tokenizer.round.same", bytes=encoding.bytes), icon=":material/check_circle:")
        return
    st.warning(t("tokenizer.round.lost", count=len(trip.changes)), icon=":material/difference:")
    st.dataframe(change_rows(trip.changes, t), hide_index=True, key="tokenizer.round.table")
    with st.expander(t("tokenizer.round.decoded"), icon=":material/notes:"):
        st.code(trip.decoded[:5000], language=None, wrap_lines=True)
