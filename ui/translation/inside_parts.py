"""The Transformer's parts on the reader's sentence, whole and with some of them taken away."""

from typing import TYPE_CHECKING

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.translation.inside.removal import Removal, removal_with, removals
from ui.inputs import show_csv, show_link
from ui.queue import turn_in_queue
from ui.text import show_error, t
from ui.translation.inside_link import MOST_REMOVED
from ui.translation.inside_sentence import as_code, show_sentence

if TYPE_CHECKING:
    from core.translation.inside.parts import Anatomy

FIRST_REMOVED = ("decoder.0.cross", "decoder.1.cross", "decoder.2.cross")
"""At first the decoder is blindfolded."""
KEPT = "translation.inside.anatomy"


def show_parts() -> None:
    """Sentence, choice and table on the left; the stream of vectors on the right."""
    st.markdown(t("translation.inside.parts.asked"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        text = show_sentence()
        try:
            removed = _show_choice()
            anatomy = _anatomy(text, removed)
        except GlassboxError as error:
            show_error(error)
            return
        _show_effect(anatomy)
    rows = _rows(anatomy)
    with left, st.container(horizontal=True):
        show_csv(lambda: csv_text(rows), "parts.csv", "translation.inside.parts.csv")
        show_link(
            "translation",
            {
                "view": "inside",
                "inside_part": "parts",
                "inside_text": text,
                "inside_removed": ",".join(removal.code for removal in removed),
            },
        )
    with right:
        from core.plots.translation_inside_parts import stream_figure

        st.plotly_chart(stream_figure(anatomy.records, t), key="translation.inside.stream")
        st.caption(t("translation.inside.stream.reading"))
    st.dataframe(rows, hide_index=True, key="translation.inside.parts.table")
    st.caption(
        t(
            "translation.inside.parts.reading",
            parameters=anatomy.parameters,
            embedding=anatomy.embedding,
            share=100 * anatomy.embedding / anatomy.parameters,
        )
    )


def _show_choice() -> list[Removal]:
    """What to take away.

    Raises:
        GlassboxError: the model is not there.
    """
    from core.plots.translation_inside_parts import removal_name
    from core.translation.shipped import shipped_translator

    settings = shipped_translator("transformer").about.model
    listed = removals(settings.layers, settings.heads, settings.positions != "none")
    codes = [each[0].code for group, _, each in listed if group != "whole"]
    codes += [f"{side}.positions" for side in ("encoder", "decoder") if settings.positions != "none"]
    names = {code: removal_name(removal_with(code), t) for code in codes}
    key = "translation.inside_removed"
    chosen = st.session_state.get(key, FIRST_REMOVED)
    st.session_state[key] = [code for code in chosen if code in names]
    picked = st.multiselect(
        t("translation.inside.removed.label"),
        sorted(codes, key=lambda code: names[code]),
        format_func=names.__getitem__,
        key=key,
        max_selections=MOST_REMOVED,
        help=t("translation.inside.removed.help"),
        persist_state="session",
    )
    return [removal_with(code) for code in picked]


def _anatomy(text: str, removed: list[Removal]) -> "Anatomy":
    """The sentence through the model, computed once for this choice.

    Raises:
        GlassboxError: the text is empty or too long, or the model is not there.
    """
    from core.translation.inside.parts import anatomy
    from core.translation.shipped import shipped_translator

    asked = (text, frozenset(removed))
    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != asked:
        with turn_in_queue(st.empty()):
            kept = asked, anatomy(shipped_translator("transformer"), text, asked[1])
        st.session_state[KEPT] = kept
    found: Anatomy = kept[1]
    return found


def _show_effect(anatomy: "Anatomy") -> None:
    st.markdown(t("translation.inside.parts.whole", text=as_code(anatomy.translation)))
    if not anatomy.removed:
        st.info(t("translation.inside.parts.nothing"), icon=":material/touch_app:")
        return
    st.markdown(t("translation.inside.parts.without", text=as_code(anatomy.changed)))
    st.metric(
        t("translation.inside.parts.loss"),
        f"{anatomy.changed_loss:.2f}",
        delta=f"{anatomy.changed_loss - anatomy.loss:+.2f}",
        delta_color="inverse",
        help=t("translation.inside.parts.loss_help"),
        width="content",
    )


def _rows(anatomy: "Anatomy") -> list[dict[str, object]]:
    """One row a part, in the order of the computation."""
    from core.plots.translation_inside_parts import part_name

    return [
        {
            t("translation.inside.column.part"): part_name(record.side, record.layer, record.part, t),
            t("translation.inside.column.does"): t(f"translation.inside.does.{record.part}"),
            t("translation.inside.column.shape"): " × ".join(map(str, record.shape)),
            t("translation.inside.column.parameters"): record.parameters,
            t("translation.inside.stream.before"): round(record.before, 2),
            t("translation.inside.stream.added"): round(record.added, 2),
            t("translation.inside.column.after"): round(record.after, 2),
            t("translation.inside.column.cosine"): round(record.cosine, 3),
        }
        for record in anatomy.records
    ]
