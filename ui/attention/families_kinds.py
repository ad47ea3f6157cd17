"""Four kinds of Transformer on the reader's sentence, and a causal model whose mask is opened."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from ui.attention.families_controls import kept_for, run_with, show_text_and_draw
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.families.opened_mask import OpenedMask


def show_kinds() -> None:
    """The four masks, then the experiment."""
    st.markdown(t("attention.families.kinds.lead"))
    text, draw = show_text_and_draw("kinds")
    _show_masks(text, draw)
    st.divider()
    _show_opened(text)


def _show_masks(text: str, draw: int) -> None:
    from core.attention.families.objectives import KINDS, kind_picture, words_of
    from core.plots.attention_families_masks import kind_figure

    try:
        pictures = [kind_picture(kind, words_of(text), seed=draw) for kind in KINDS]
    except GlassboxError as error:
        show_error(error)
        return
    for start in (0, 2):
        for picture, column in zip(pictures[start : start + 2], st.columns(2, gap="large"), strict=True):
            with column:
                st.plotly_chart(kind_figure(picture, t), key=f"attention.families.mask.{picture.kind}")
                st.markdown(
                    t(
                        "attention.families.kinds.said",
                        kind=t(f"attention.families.value.kind.{picture.kind}"),
                        loss=picture.loss_share,
                        visible=picture.visible_share,
                        uses=t(f"attention.families.kinds.uses.{picture.kind}"),
                    )
                )
    st.caption(t("attention.families.kinds.reading"))


def _show_opened(text: str) -> None:
    st.subheader(t("attention.families.opened.title"), anchor=False)
    st.markdown(t("attention.families.opened.lead"))
    if not run_with("opened", (text,)):
        return
    from core.plots.attention_families_masks import opened_figure

    try:
        result = kept_for("opened", (text,), lambda: _opened(text))
    except GlassboxError as error:
        show_error(error)
        return
    st.plotly_chart(opened_figure(result, t), key="attention.families.opened")
    st.markdown(
        t(
            "attention.families.opened.said",
            causal=result.causal_loss,
            opened=result.opened_loss,
            times=math.exp(result.opened_loss - result.causal_loss),
        )
    )
    st.caption(t("attention.families.opened.reading"))


def _opened(text: str) -> "OpenedMask":
    from core.attention.families.opened_mask import open_the_prefix

    model = ready_language_model("smollm2-135m")
    with turn_in_queue(st.empty()), st.spinner(t("attention.families.loading")):
        return open_the_prefix(model, text.strip())
