"""The sentences of an evaluation, best to worst, a page at a time, each with the words that differ."""

import streamlit as st

from core.csv_export import csv_text
from core.translation.evaluation_result import Sentences
from core.translation.evaluation_tables import model_name
from core.translation.ranked_sentences import ORDERS, ranked_sentences, sentence_rows
from core.translation.word_diff import word_diff
from ui.inputs import show_csv
from ui.text import naming, t
from ui.token_view import ShownToken, show_tokens

KEY = "translation.evaluate.examples"
A_PAGE = 5


def show_examples(sentences: Sentences) -> None:
    """How to order them, and a page of them."""
    model, places = _show_order(sentences)
    pages = -(-len(places) // A_PAGE)
    page = _show_page(pages) if pages > 1 else 1
    st.caption(t("translation.evaluate.examples.caption"))
    for rank, place in enumerate(places[(page - 1) * A_PAGE : page * A_PAGE], (page - 1) * A_PAGE + 1):
        _show_sentence(sentences, model, place, rank)
    show_csv(lambda: csv_text(sentence_rows(sentences)), "sentences.csv", f"{KEY}.csv")


def _show_order(sentences: Sentences) -> tuple[str, tuple[int, ...]]:
    """The model whose sentences are ordered, and their order."""
    models = [output.model for output in sentences.outputs]
    names = {name: model_name(name, t) for name in models}
    several = len(models) > 1
    with st.container(horizontal=True):
        model = st.selectbox(
            t("translation.evaluate.examples.model"),
            models,
            index=len(models) - 1,
            format_func=lambda name: names[name],
            key=f"{KEY}.model",
            help=t("translation.evaluate.examples.model_help"),
        )
        order = st.selectbox(
            t("translation.evaluate.examples.order"),
            ORDERS if several else ORDERS[:2],
            format_func=naming("translation.evaluate.examples.*"),
            key=f"{KEY}.order",
            help=t("translation.evaluate.examples.order_help"),
        )
        measure = st.selectbox(
            t("translation.evaluate.examples.measure"),
            ("chrf", "bleu"),
            format_func=naming("translation.evaluate.score.*"),
            key=f"{KEY}.measure",
            help=t("translation.evaluate.examples.measure_help"),
        )
        other = ""
        if order in ("ahead", "behind"):
            other = st.selectbox(
                t("translation.evaluate.examples.other"),
                [name for name in models if name != model],
                format_func=lambda name: names[name],
                key=f"{KEY}.other",
                help=t("translation.evaluate.examples.other_help"),
            )
    return model, ranked_sentences(sentences, model, "bleu" if measure == "bleu" else "chrf", order, other)


def _show_page(pages: int) -> int:
    return int(
        st.number_input(
            t("translation.evaluate.examples.page", pages=pages),
            1,
            pages,
            key=f"{KEY}.page.{pages}",
            help=t("translation.evaluate.examples.page_help", count=A_PAGE),
        )
    )


def _show_sentence(sentences: Sentences, model: str, place: int, rank: int) -> None:
    """One sentence: the source, the reference, and what each model wrote, the chosen one first."""
    with st.container(border=True):
        st.caption(
            t(
                "translation.evaluate.examples.rank",
                rank=rank,
                total=len(sentences.sources),
                number=place + 1,
                words=len(sentences.sources[place].split()),
            )
        )
        st.text(sentences.sources[place])
        diff = word_diff(sentences.of(model).translations[place], sentences.references[place])
        label = t("translation.evaluate.side.reference")
        _show_words(label, diff.reference, f"{KEY}.{rank}.reference", "missed")
        for output in sorted(sentences.outputs, key=lambda output: output.model != model):
            label = t(
                "translation.evaluate.examples.scores",
                model=model_name(output.model, t),
                chrf=output.chrf[place],
                bleu=output.bleu[place],
            )
            words = word_diff(output.translations[place], sentences.references[place]).translation
            _show_words(label, words, f"{KEY}.{rank}.{output.model}", "differs")


def _show_words(label: str, words: tuple[tuple[str, bool], ...], key: str, kind: str) -> None:
    """One line: what it is, then its words, those shaded that the other side does not have there."""
    notes = {True: t("translation.evaluate.examples.same"), False: t(f"translation.evaluate.examples.{kind}")}
    # A blank behind each word, or a narrow screen would break the line within one.
    shown = [ShownToken(f"{word} ", 0.0 if same else 1.0, notes[same]) for word, same in words]
    show_tokens(
        shown or [ShownToken(t("translation.evaluate.side.empty"))],
        key,
        context=f"{label}  ",
        clickable=False,
    )
