"""What came after BERT, each as a small experiment on the reader's sentence."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import GlassboxError
from ui.attention.families_controls import kept_for, run_with, show_text_and_draw
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.families.electra import Replaced

SAMPLED_TOKENS, SAMPLED_SPANS = 20_000, 10_000
VOCABULARY, WIDTH, LAYERS = 30_000, 768, 12


def show_successors() -> None:
    """ALBERT, RoBERTa, SpanBERT, ELECTRA, XLNet."""
    st.markdown(t("attention.families.successors.lead"))
    text, draw = show_text_and_draw("successors")
    _show_albert()
    st.divider()
    _show_roberta(draw)
    for show in (_show_spanbert, _show_electra, _show_xlnet):
        st.divider()
        try:
            show(text, draw)
        except GlassboxError as error:
            show_error(error)


def _show_albert() -> None:
    from core.attention.families.albert import bert_size
    from core.plots.attention_families_successors import albert_figure

    st.subheader(t("attention.families.albert.title"), anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left:
        narrow = st.select_slider(
            t("attention.families.albert.narrow"),
            (32, 64, 128, 256, 512),
            128,
            key="attention.families.albert.narrow",
            help=t("attention.families.albert.narrow_help"),
        )
        st.markdown(t("attention.families.albert.lead", narrow=narrow))
        sizes = {
            "plain": bert_size(VOCABULARY, WIDTH, LAYERS, None, shared=False),
            "factorised": bert_size(VOCABULARY, WIDTH, LAYERS, narrow, shared=False),
            "shared": bert_size(VOCABULARY, WIDTH, LAYERS, None, shared=True),
            "both": bert_size(VOCABULARY, WIDTH, LAYERS, narrow, shared=True),
        }
        bert, albert = sizes["plain"], sizes["both"]
        st.caption(
            t(
                "attention.families.albert.reading",
                share=albert.total / bert.total,
                albert=albert.total,
                bert=bert.total,
                work=albert.multiplications / bert.multiplications,
            )
        )
    with right:
        st.plotly_chart(albert_figure(sizes, t), key="attention.families.albert")


def _show_roberta(draw: int) -> None:
    from core.attention.families.masking_schemes import coverage
    from core.plots.attention_families_successors import coverage_figure

    st.subheader(t("attention.families.roberta.title"), anchor=False)
    found = kept_for("coverage", (draw,), lambda: coverage(SAMPLED_TOKENS, draw))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(coverage_figure(found, t), key="attention.families.roberta")
    with right:
        st.markdown(
            t(
                "attention.families.roberta.reading",
                tokens=SAMPLED_TOKENS,
                static=found.static[-1],
                dynamic=found.dynamic[-1],
            )
        )


def _show_spanbert(text: str, draw: int) -> None:
    from core.attention.families.masking_schemes import (
        single_masked,
        span_length_counts,
        span_length_shares,
        span_masked,
    )
    from core.attention.families.objectives import words_of
    from core.plots.attention_families_successors import spans_figure

    st.subheader(t("attention.families.span.title"), anchor=False)
    words = words_of(text)
    for name, hidden in (
        ("bert", single_masked(len(words), draw)),
        ("spanbert", span_masked(len(words), draw)),
    ):
        st.markdown(t(f"attention.families.span.{name}"))
        st.text(" ".join("▇" * len(word) if gone else word for word, gone in zip(words, hidden, strict=True)))
    counts = kept_for("spans", (draw,), lambda: span_length_counts(SAMPLED_SPANS, draw))
    st.plotly_chart(spans_figure(counts, span_length_shares().tolist(), t), key="attention.families.spanbert")
    mean = sum(length * count for length, count in enumerate(counts, 1)) / SAMPLED_SPANS
    st.caption(t("attention.families.span.reading", mean=mean, draws=SAMPLED_SPANS))


def _show_electra(text: str, draw: int) -> None:
    st.subheader(t("attention.families.electra.title"), anchor=False)
    st.markdown(t("attention.families.electra.lead"))
    if not run_with("electra", (text, draw)):
        return
    from core.plots.attention_families_successors import electra_rows

    result = kept_for("electra", (text, draw), lambda: _replaced(text, draw))
    st.dataframe(electra_rows(result, t), hide_index=True, key="attention.families.electra", height="content")
    st.caption(
        t(
            "attention.families.electra.reading",
            drawn=sum(result.chosen),
            all=len(result.tokens),
            replaced=sum(result.replaced),
        )
    )


def _replaced(text: str, draw: int) -> "Replaced":
    from core.attention.families.electra import replaced_tokens

    model = ready_language_model("smollm2-135m")
    with turn_in_queue(st.empty()), st.spinner(t("attention.families.loading")):
        return replaced_tokens(model, text, draw)


def _show_xlnet(text: str, draw: int) -> None:
    from core.attention.families.objectives import MOST, words_of
    from core.attention.families.permutation import permutation_mask
    from core.plots.attention_families_masks import permutation_figure

    st.subheader(t("attention.families.xlnet.title"), anchor=False)
    words = words_of(text)[:MOST]
    drawn = permutation_mask(len(words), draw)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(permutation_figure(drawn, words, t), key="attention.families.xlnet")
    with right:
        order = " → ".join(words[place] for place in drawn.order)
        st.text(t("attention.families.xlnet.order", order=order))
        st.caption(t("attention.families.xlnet.reading"))
