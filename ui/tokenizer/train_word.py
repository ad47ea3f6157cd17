"""One word in a trained vocabulary: how it is put together, and for Unigram how else it could be cut."""

import streamlit as st

from core.errors import GlassboxError
from core.plots.tokenizer_merge_tree import MOST_LEAVES, merge_tree_figure
from core.plots.tokenizer_pieces import telling_word
from core.tokenizer.training.history import Training
from core.tokenizer.training.replay import merge_tree, segment
from core.tokenizer.training.segmentation_rows import best_rows, sampled_rows
from ui.text import show_error, t

LONGEST_WORD = MOST_LEAVES


@st.fragment
def show_word(training: Training) -> None:
    """A word, its pieces and its tree."""
    st.subheader(t("tokenizer.word.title"), anchor=False)
    example = telling_word(training.word_counts)
    written = st.text_input(
        t("tokenizer.word.label"),
        key="tokenizer.word",
        placeholder=example,
        max_chars=LONGEST_WORD,
        help=t("tokenizer.word.help"),
        persist_state="session",
    )
    word = written or example
    try:
        pieces = segment(training, word)
        tree = merge_tree(training, word)
    except GlassboxError as error:
        show_error(error)
        return
    st.code("  |  ".join(pieces), language=None, wrap_lines=True)
    if training.algorithm == "unigram":
        _show_segmentations(training, word)
    else:
        st.plotly_chart(merge_tree_figure(tree, word, t), key="tokenizer.word.tree")
        st.caption(t(f"tokenizer.word.reading.{training.algorithm}"))


def _show_segmentations(training: Training, word: str) -> None:
    """The best ways to cut the word, and some drawn at random."""
    st.caption(t("tokenizer.word.reading.unigram"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{t('tokenizer.word.best')}**")
        count = st.slider(
            t("tokenizer.word.count"), 1, 20, 5, key="tokenizer.word.n", help=t("tokenizer.word.count_help")
        )
        st.dataframe(best_rows(training, word, count, t), hide_index=True, key="tokenizer.word.best")
    with right:
        st.markdown(f"**{t('tokenizer.word.sampled')}**")
        alpha = st.slider(
            t("tokenizer.word.alpha"),
            0.0,
            2.0,
            0.2,
            0.1,
            key="tokenizer.word.alpha",
            help=t("tokenizer.word.alpha_help"),
        )
        seed = st.number_input(
            t("tokenizer.word.seed"),
            0,
            9999,
            0,
            key="tokenizer.word.seed",
            help=t("tokenizer.word.seed_help"),
        )
        st.dataframe(
            sampled_rows(training, word, alpha, int(seed), t), hide_index=True, key="tokenizer.word.sampled"
        )
