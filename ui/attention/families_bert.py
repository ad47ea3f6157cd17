"""BERT: three vectors added, the 80-10-10 rule, and why it does not generate."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attention.families.texts import family_texts
from core.errors import GlassboxError
from ui.attention.families_controls import kept_for, run_with, show_draw, show_text
from ui.inputs import show_link
from ui.models import ready_language_model
from ui.queue import turn_in_queue
from ui.text import show_error, t

if TYPE_CHECKING:
    from core.attention.families.appended import Appended
    from core.attention.families.bert_embeddings import BertInput

DRAWS = 10_000


def show_bert() -> None:
    """The input, the masking rule, the appended words."""
    st.markdown(t("attention.families.bert.lead"))
    left, right = st.columns(2)
    with left:
        text = show_text()
    with right:
        second = st.text_input(
            t("attention.families.bert.second"),
            family_texts()["second"],
            key="attention.families.bert.second",
            help=t("attention.families.bert.second_help"),
            max_chars=400,
            persist_state="session",
        )
    show_link("attention", {"view": "families", "families_part": "bert", "families_text": text})
    try:
        result = kept_for("bert_input", (text, second), lambda: _read(text, second))
        _show_input(result)
        st.divider()
        _show_masking(text)
    except GlassboxError as error:
        show_error(error)
    st.divider()
    _show_appended(text)


def _read(text: str, second: str) -> "BertInput":
    from core.attention.families.bert_embeddings import bert_input
    from core.shelf.load import load_encoder

    with st.spinner(t("attention.families.loading")):
        return bert_input(*load_encoder(), text, second)


def _show_input(result: "BertInput") -> None:
    from core.plots.attention_families_bert import lengths_figure, sum_rows

    st.subheader(t("attention.families.bert.input"), anchor=False)
    st.markdown(t("attention.families.bert.formula"))
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(lengths_figure(result, t), key="attention.families.bert.lengths")
    with right:
        names = {
            place: t("attention.families.bert.place", place=place, token=token)
            for place, token in enumerate(result.tokens)
        }
        if st.session_state.get("attention.families.bert.pick") not in names:
            st.session_state["attention.families.bert.pick"] = min(2, len(names) - 1)
        place = st.selectbox(
            t("attention.families.bert.pick"),
            list(names),
            format_func=names.__getitem__,
            key="attention.families.bert.pick",
            help=t("attention.families.bert.pick_help"),
        )
        st.dataframe(sum_rows(result, place, t), hide_index=True, key="attention.families.bert.sum")
    st.caption(t("attention.families.bert.cosines", **result.cosines()))


def _show_masking(text: str) -> None:
    from core.attention.families.masked_language_model import fate_counts, masked_once
    from core.plots.attention_families_bert import masked_rows
    from core.shelf.load import load_encoder

    st.subheader(t("attention.families.bert.fates"), anchor=False)
    st.markdown(t("attention.families.bert.rule"))
    left, right = st.columns([2, 3], gap="large")
    _, tokenizer = load_encoder()
    tokens = tuple(tokenizer.encode(text, add_special_tokens=False).tokens)
    with left:
        draw = show_draw()
        counts = fate_counts(len(tokens), DRAWS, draw)
        chosen = sum(counts.values()) - counts["untouched"]
        st.markdown(
            t(
                "attention.families.bert.counts",
                draws=DRAWS,
                chosen=chosen / sum(counts.values()),
                **{name: counts[name] / chosen for name in ("hidden", "replaced", "kept")},
            )
        )
        st.caption(t("attention.families.bert.mask_reading"))
    with right:
        vocabulary = kept_for("wordpieces", (), lambda: tuple(sorted(tokenizer.get_vocab())))
        rows = masked_rows(masked_once(tokens, vocabulary, draw), t)
        st.dataframe(rows, hide_index=True, key="attention.families.bert.masked", height="content")


def _show_appended(text: str) -> None:
    st.subheader(t("attention.families.bert.append"), anchor=False)
    st.markdown(t("attention.families.bert.append_lead"))
    more = st.text_input(
        t("attention.families.bert.more"),
        family_texts()["more"],
        key="attention.families.bert.more",
        help=t("attention.families.bert.more_help"),
        max_chars=200,
        persist_state="session",
    )
    if not run_with("bert", (text, more)):
        return
    from core.plots.attention_families_bert import changes_figure

    try:
        encoder, decoder = kept_for("appended", (text, more), lambda: _appended(text, more))
    except GlassboxError as error:
        show_error(error)
        return
    for (name, result), column in zip(
        (("minilm", encoder), ("smollm", decoder)), st.columns(2, gap="large"), strict=True
    ):
        with column:
            st.plotly_chart(changes_figure(result, name, t), key=f"attention.families.bert.{name}")
    st.markdown(
        t(
            "attention.families.bert.changes_said",
            encoder=encoder.mean,
            encoder_most=encoder.largest,
            decoder=decoder.largest,
        )
    )
    st.caption(t("attention.families.bert.changes_reading"))


def _appended(text: str, more: str) -> "tuple[Appended, Appended]":
    from core.attention.families.appended import decoder_changes, encoder_changes
    from core.shelf.load import load_encoder

    model = ready_language_model("smollm2-135m")
    with turn_in_queue(st.empty()), st.spinner(t("attention.families.loading")):
        return encoder_changes(*load_encoder(), text, more), decoder_changes(model, text, more)
